import { readdirSync, readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { HostFile, Labels, PageSize, type PartKind, partFile } from '@altmap/protocol';

const samples = new URL('../../../samples/', import.meta.url);

/** A recorded host of samples/, with its files unpacked. */
export interface Sample {
  readonly host: {
    readonly name: string;
    readonly machineId: string;
    readonly release: string;
    readonly pageSize: number;
    readonly labels: Readonly<Record<string, string>>;
  };
  /** By name, as they lie there. */
  readonly files: Readonly<Record<string, Uint8Array>>;
  readonly parts: ReadonlyMap<PartKind, Uint8Array>;
}

export const SAMPLE_NAMES = readdirSync(samples, { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map((entry) => entry.name);

export function readSample(name: string): Sample {
  const folder = new URL(`${name}/`, samples);
  const files: Record<string, Uint8Array> = {};
  const parts = new Map<PartKind, Uint8Array>();
  for (const file of readdirSync(folder)) {
    const bytes = readFileSync(new URL(file, folder));
    files[file] = bytes;
    const kind = partFile(file)?.kind;
    if (kind !== undefined) parts.set(kind, file.endsWith('.gz') ? gunzipSync(bytes) : bytes);
  }
  const said = HostFile.parse(JSON.parse(readFileSync(new URL('host.json', folder), 'utf8')));
  const { machineId = '', release = '' } = said;
  const host = { name, machineId, release, pageSize: PageSize.parse(said.pageSize), labels: Labels.parse(said.labels) };
  return { host, files, parts };
}

export function textOf(bytes: Uint8Array | undefined): string {
  return new TextDecoder().decode(bytes);
}
