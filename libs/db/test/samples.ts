import { createHash, randomBytes } from 'node:crypto';
import { zstdCompressSync } from 'node:zlib';
import { type Finding, manifestDigest, type NewReport, newId } from '@altmap/core';
import type { Assessment, DeviceRange, Verdict } from '@altmap/policy';
import type { Manifest, Part, PartKind } from '@altmap/protocol';
import type { PlugResult } from '@altmap/vmemmap';
import type { Repositories } from '../src/create-repositories.ts';
import { event } from './events.ts';

export const sha256 = (content: string | Uint8Array): string => createHash('sha256').update(content).digest('hex');

/** Whole milliseconds, as every time that Altmap stores. */
export const at = (text: string): Date => new Date(text);

export async function enrolled(
  { hosts }: Repositories,
  options: { name?: string; labels?: Record<string, string> } = {},
): Promise<{ hostId: string; machine: string; token: Uint8Array }> {
  const machine = sha256(newId());
  const token = randomBytes(32);
  const { name = 'node-1', labels = {} } = options;
  const { hostId } = await hosts.enrol({
    id: newId(),
    machine,
    name,
    labels,
    token: { id: newId(), sha256: token },
    at: at('2026-11-20T08:00:00.000Z'),
    eventOf: () => event(),
  });
  return { hostId, machine, token };
}

export async function stored({ blobs }: Repositories, kind: PartKind, content: string): Promise<Part> {
  const bytes = Buffer.byteLength(content);
  const part = { kind, sha256: sha256(content), bytes };
  await blobs.put({
    sha256: part.sha256,
    bytes,
    zstd: zstdCompressSync(content),
    at: at('2026-11-20T08:00:00.000Z'),
  });
  return part;
}

export function report(hostId: string, parts: Part[], said: Partial<Manifest> = {}): NewReport {
  const manifest: Manifest = {
    version: 1,
    machine: sha256(hostId),
    collectedAt: '2026-11-20T08:59:00Z',
    release: '6.12.0-64k',
    pageSize: 65536,
    parts,
    absent: [],
    ...said,
  };
  const receivedAt = at('2026-11-20T09:00:00.000Z');
  return { id: newId(), hostId, receivedAt, digest: manifestDigest(manifest), manifest };
}

/** A host with one report that waits to be checked. */
export async function reported(
  repositories: Repositories,
  options: { name?: string; labels?: Record<string, string>; said?: Partial<Manifest> } = {},
): Promise<{ hostId: string; reportId: string }> {
  const { hostId } = await enrolled(repositories, options);
  const part = await stored(repositories, 'config', `CONFIG_ARM64=y # ${newId()}\n`);
  const committed = await repositories.reports.commit(report(hostId, [part], options.said));
  if ('missing' in committed) throw new Error('expected every blob to be stored');
  return { hostId, reportId: committed.reportId };
}

export const range: DeviceRange = {
  name: 'namespace0.0',
  region: 'region0',
  start: 0x2_4000_0000,
  size: 0x4000_0000,
  provider: 'virtio',
  mode: 'fsdax',
  map: 'dev',
  align: 0x20_0000,
};

export const verdict: Verdict = {
  range: 'namespace0.0',
  basis: 'own',
  target: null,
  pageSize: 65536,
  question: 'as-is',
  mode: 'fsdax',
  align: 0x2000_0000,
  sentence: 'Comes up with its struct pages on the device.',
  result: sampleResult(),
  remedies: [
    {
      kind: 'request',
      summary: 'align 64 KiB instead of 512 MiB',
      command: 'ndctl create-namespace --align=65536',
      release: null,
      price: { lostBytes: -512, dramBytes: 0, dataLost: true },
    },
  ],
};

/** Stored as it is, so it need not be whole: what matters here is that nested values come back equal. */
function sampleResult(): PlugResult {
  const result = {
    outcome: 'ok',
    reason: 'OK',
    facts: { npfns: 15_360, aligned: true, label: 'a', none: null },
    errno: null,
    steps: [{ id: 'pfn.align', verdict: 'pass', facts: { align: 536_870_912 }, source: 'nd_pfn_init, v6.12' }],
    memmap: { deviceBytes: 1_048_576, dramBytes: 0, pageTableBytes: null, runs: [] },
    usable: { start: Number.MAX_SAFE_INTEGER, size: 0x3fe0_0000 },
  };
  return result as unknown as PlugResult;
}

export function assessment(changes: Partial<Assessment> = {}): Assessment {
  return { engineVersion: 'engine-1', ranges: [range], verdicts: [verdict], ...changes };
}

export function finding(hostId: string, reportId: string, changes: Partial<Finding> = {}): Finding {
  return {
    id: newId(),
    hostId,
    key: 'altmap-refused namespace0.0',
    episode: 1,
    code: 'ALTMAP_REFUSED',
    severity: 'critical',
    subject: 'namespace0.0',
    summary: 'namespace0.0 would not come up.',
    facts: { align: 2_097_152, nested: { list: [1, 'two', null] } },
    firstSeenAt: at('2026-11-20T09:01:00.000Z'),
    lastSeenAt: at('2026-11-20T09:01:00.000Z'),
    resolvedAt: null,
    waiverId: null,
    reportId,
    ...changes,
  };
}
