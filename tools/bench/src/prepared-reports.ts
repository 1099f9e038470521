import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import { type Manifest, type PartKind, sha256Hex } from '@altmap/protocol';
import type { Capture } from '../../fleet-sim/src/capture.ts';
import { moveDevices } from '../../fleet-sim/src/layout.ts';
import type { Wire } from '../../fleet-sim/src/wire.ts';

const pack = promisify(gzip);
const MIB = 2 ** 20;

/** All that a host says but for its name: made before the clock runs, so that the client costs next to nothing. */
export interface PreparedReport {
  readonly said: Omit<Manifest, 'machine'>;
  /** Compressed contents by digest. */
  readonly blobs: ReadonlyMap<string, Uint8Array<ArrayBuffer>>;
}

/** Most parts are in many reports. */
const packed = new Map<string, Uint8Array<ArrayBuffer>>();

async function packedOnce(sha256: string, bytes: Uint8Array): Promise<Uint8Array<ArrayBuffer>> {
  const known = packed.get(sha256) ?? new Uint8Array(await pack(bytes));
  packed.set(sha256, known);
  return known;
}

/** False for a capture that was read without root: it says the same wherever its memory lies. */
export function isMovable({ parts }: Capture): boolean {
  return /^0*[1-9a-f]/m.test(new TextDecoder().decode(parts.get('iomem')));
}

/** A capture whose device memory lies somewhere else for each `n`. */
export async function prepareReport(capture: Capture, n: number): Promise<PreparedReport> {
  const moved = moveDevices(capture.parts, { shift: n * 2 * MIB, grow: 0 }).parts;
  const parts: { kind: PartKind; sha256: string; bytes: number }[] = [];
  const blobs = new Map<string, Uint8Array<ArrayBuffer>>();
  for (const [kind, bytes] of moved) {
    const sha256 = await sha256Hex(bytes);
    parts.push({ kind, sha256, bytes: bytes.length });
    blobs.set(sha256, await packedOnce(sha256, bytes));
  }
  const { release, pageSize } = capture;
  return { said: { version: 1, collectedAt: '2026-11-23T12:00:00Z', release, pageSize, parts, absent: [] }, blobs };
}

export interface Reporter {
  readonly machine: string;
  readonly token: string;
}

/** Sends it as an agent does: the manifest, what the server lacks, the manifest. @throws Error unless it is accepted. */
export async function submit(wire: Wire, { machine, token }: Reporter, { said, blobs }: PreparedReport): Promise<void> {
  const { url, fetch } = wire.client;
  const authorization = `Bearer ${token}`;
  const body = JSON.stringify({ ...said, machine });
  const post = async (): Promise<{ state?: string; missing?: string[] }> => {
    const headers = { authorization, 'content-type': 'application/json' };
    const answer = await fetch(`${url}/v1/reports`, { method: 'POST', headers, body });
    return JSON.parse(await answer.text());
  };
  let answer = await post();
  for (const sha256 of answer.missing ?? []) {
    const blob = blobs.get(sha256);
    if (blob === undefined) throw new Error(`the server asks for a part that was not named: ${sha256}`);
    const headers = { authorization, 'content-type': 'application/octet-stream', 'content-encoding': 'gzip' };
    const put = await fetch(`${url}/v1/blobs/sha256:${sha256}`, { method: 'PUT', headers, body: blob });
    if (put.status >= 300) throw new Error(`PUT of a blob: HTTP ${put.status} ${await put.text()}`);
  }
  if (answer.state === 'incomplete') answer = await post();
  if (answer.state !== 'accepted') throw new Error(`expected an accepted report, got ${JSON.stringify(answer)}`);
}
