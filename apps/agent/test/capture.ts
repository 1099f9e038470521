import { readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';
import { HostFile, partFile, type PartKind } from '@altmap/protocol';

const repository = fileURLToPath(new URL('../../../', import.meta.url));

/** The sample fleet of this repository: recordings of real arm64 kernels. */
export const SAMPLES = join(repository, 'samples');
/** Recordings outside this repository; absent in a fresh clone. */
export const RECORDINGS = join(repository, '../shared/ground-truth/captures');

/** A recorded host: the texts that its kernel and its tools have printed. */
export interface Capture {
  readonly name: string;
  readonly folder: string;
  readonly release: string;
  /** Bytes. */
  readonly pageSize: number;
  readonly parts: ReadonlyMap<PartKind, Buffer>;
}

export function readCapture(folder: string): Capture {
  const found = new Map<PartKind, { rank: number; content: Buffer }>();
  const others = new Map<string, string>();
  for (const file of readdirSync(folder)) {
    const bytes = readFileSync(join(folder, file));
    const content = file.endsWith('.gz') ? gunzipSync(bytes) : bytes;
    const part = partFile(file);
    if (part === null) others.set(file, content.toString().trim());
    else if (part.rank < (found.get(part.kind)?.rank ?? Infinity)) found.set(part.kind, { rank: part.rank, content });
  }
  const parts = new Map([...found].map(([kind, { content }]) => [kind, content]));
  const said = HostFile.parse(JSON.parse(others.get('host.json') ?? '{}'));
  const release = said.release ?? /^Linux version (\S+)/.exec(parts.get('version')?.toString() ?? '')?.[1];
  if (release === undefined) throw new Error(`${folder}: expected host.json or version to name the release`);
  const pageSize = said.pageSize ?? Number(others.get('pagesize'));
  return { name: said.name ?? basename(folder), folder, release, pageSize, parts };
}

export function readCaptures(folder: string): Capture[] {
  const folders = readdirSync(folder, { withFileTypes: true }).filter((entry) => entry.isDirectory());
  return folders.map((entry) => readCapture(join(folder, entry.name)));
}
