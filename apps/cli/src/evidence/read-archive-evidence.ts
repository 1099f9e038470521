import { createReadStream } from 'node:fs';
import { open, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { ARCHIVE_LIMITS, type ArchiveReport, layoutOf, type Member, partsOf, readArchive } from '@altmap/archive';
import { AltmapError } from '@altmap/protocol';
import { fileErrorText, InputError } from '../input-error.ts';
import type { Terminal } from '../terminal.ts';

/** Reads an archive of a host, or a loose file that its name does not tell; what it is, is told by its content. */
export async function readArchiveFile(path: string, terminal: Terminal): Promise<ArchiveReport> {
  const stream = path === '-' ? [await terminal.stdin()] : createReadStream(path);
  return told(path, () => readArchive(asyncOf(stream)));
}

/** Reads an archive that was unpacked, such as a sosreport; null where nothing in the folder tells of a host. */
export async function readArchiveFolder(folder: string): Promise<ArchiveReport | null> {
  return told(folder, async () => {
    const paths = await filesBelow(folder);
    const layout = layoutOf(paths);
    if (layout === null) return null;
    const members = new Map<string, Member>();
    for (const path of layout.files.keys()) members.set(path, await readMember(join(folder, path)));
    return partsOf(layout, members);
  });
}

async function* asyncOf(chunks: Iterable<Uint8Array> | AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  yield* chunks;
}

async function readMember(path: string): Promise<Member> {
  const file = await open(path);
  try {
    const { size } = await file.stat();
    return size > ARCHIVE_LIMITS.memberBytes
      ? { unread: `it has ${size} bytes, more than ${ARCHIVE_LIMITS.memberBytes}` }
      : await file.readFile();
  } finally {
    await file.close();
  }
}

/** Links are not followed. */
async function filesBelow(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile());
  if (files.length > ARCHIVE_LIMITS.entries)
    throw new InputError(`${folder}: expected at most ${ARCHIVE_LIMITS.entries} files`);
  return files.map((entry) => join(entry.parentPath, entry.name).slice(folder.replace(/\/+$/, '').length + 1));
}

async function told<T>(path: string, read: () => Promise<T>): Promise<T> {
  try {
    return await read();
  } catch (error) {
    if (error instanceof AltmapError) throw new InputError(`${path}: ${error.code}: ${error.message}`, error);
    if (error instanceof InputError) throw error;
    throw new InputError(fileErrorText(path, error), error);
  }
}
