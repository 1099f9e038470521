import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { findPartFiles } from '../evidence/find-part-files.ts';
import { fileErrorText, InputError } from '../input-error.ts';

/** A captured directory is a host; any other directory stands for the directories in it, by name. */
export async function hostPaths(path: string): Promise<string[]> {
  try {
    if (!(await stat(path)).isDirectory()) return [path];
    const { parts } = await findPartFiles(path);
    if (parts.size > 0) return [path];
    const entries = await readdir(path, { withFileTypes: true });
    const folders = entries.filter((entry) => entry.isDirectory()).map((entry) => join(path, entry.name));
    if (folders.length > 0) return folders.sort();
  } catch (error) {
    if (error instanceof InputError) throw error;
    throw new InputError(fileErrorText(path, error), error);
  }
  throw new InputError(`${path}: expected a captured directory, or a directory of captured directories`);
}
