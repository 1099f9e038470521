import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { gunzipSync } from 'node:zlib';
import { HostFile, type PartKind, partFile } from '@altmap/protocol';

/** What a real host said, as it lies in one folder of samples/. */
export interface Capture {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly release: string;
  readonly pageSize: 4096 | 16384 | 65536 | null;
  readonly parts: ReadonlyMap<PartKind, Uint8Array>;
}

/** @throws Error naming the file that is missing or that is not as expected. */
async function readCapture(folder: string): Promise<Capture> {
  const hostFile = path.join(folder, 'host.json');
  const host = HostFile.safeParse(JSON.parse(await readFile(hostFile, 'utf8')));
  if (!host.success) throw new Error(`${hostFile}: ${host.error.message}`);
  const { name = path.basename(folder), labels = {}, release, pageSize = null } = host.data;
  if (release === undefined) throw new Error(`${hostFile}: expected "release"`);

  const best = new Map<PartKind, { rank: number; file: string }>();
  for (const file of (await readdir(folder)).sort()) {
    const found = partFile(file);
    if (found === null) continue;
    const known = best.get(found.kind);
    if (known === undefined || found.rank < known.rank) best.set(found.kind, { rank: found.rank, file });
  }
  const parts = new Map<PartKind, Uint8Array>();
  for (const [kind, { file }] of best) {
    const bytes = await readFile(path.join(folder, file));
    parts.set(kind, file.endsWith('.gz') ? gunzipSync(bytes) : bytes);
  }
  return { name, labels, release, pageSize, parts };
}

/** @throws Error when the folder has no captures. */
export async function readCaptures(folder: string): Promise<readonly Capture[]> {
  const entries = await readdir(folder, { withFileTypes: true });
  const folders = entries.filter((entry) => entry.isDirectory()).map((entry) => path.join(folder, entry.name));
  if (folders.length === 0) throw new Error(`${folder}: expected folders with captures of hosts`);
  return Promise.all(folders.sort().map(readCapture));
}
