import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { type PartKind, partFile } from '@altmap/protocol';
import { fileErrorText, InputError } from '../input-error.ts';

/** Folders below a captured directory that are looked into; the directory itself is the first. */
const FOLDERS = ['', 'proc', 'boot', 'etc', 'usr/lib'];
const MODULE_FOLDERS = ['lib/modules', 'usr/lib/modules'];

export interface FoundFiles {
  /** The best files of each kind, relative to the directory. More than one only where none is better than the others. */
  readonly parts: ReadonlyMap<PartKind, readonly string[]>;
  /** All other files that were seen, relative to the directory. */
  readonly others: ReadonlySet<string>;
}

/** Looks for the files that a capture may have. The contents are not read. */
export async function findPartFiles(directory: string): Promise<FoundFiles> {
  const best = new Map<PartKind, { rank: number; paths: string[] }>();
  const others = new Set<string>();
  for (const path of await filesOf(directory)) {
    const found = partFile(path);
    if (found === null) {
      others.add(path);
      continue;
    }
    const known = best.get(found.kind);
    if (known === undefined || found.rank < known.rank) best.set(found.kind, { rank: found.rank, paths: [path] });
    else if (found.rank === known.rank) known.paths.push(path);
  }
  return { parts: new Map([...best].map(([kind, { paths }]) => [kind, paths.sort()])), others };
}

async function filesOf(directory: string): Promise<string[]> {
  const paths = await filesIn(directory, '', true);
  for (const folder of FOLDERS.slice(1)) paths.push(...(await filesIn(directory, folder, false)));
  for (const folder of MODULE_FOLDERS) {
    for (const release of await namesIn(join(directory, folder))) {
      if ((await namesIn(join(directory, folder, release))).includes('config'))
        paths.push(`${folder}/${release}/config`);
    }
  }
  return paths;
}

async function filesIn(directory: string, folder: string, required: boolean): Promise<string[]> {
  try {
    const entries = await readdir(join(directory, folder), { withFileTypes: true });
    const files = entries.filter((entry) => entry.isFile() || entry.isSymbolicLink());
    return files.map((entry) => (folder === '' ? entry.name : `${folder}/${entry.name}`));
  } catch (error) {
    if (required) throw new InputError(fileErrorText(directory, error), error);
    return [];
  }
}

async function namesIn(folder: string): Promise<string[]> {
  try {
    return (await readdir(folder)).sort();
  } catch {
    return [];
  }
}
