import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { env } from 'node:process';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';

/** The files beside the project (corpus, ground truth). A fresh clone has none. */
const SHARED = fileURLToPath(new URL('../../../../shared/', import.meta.url));

/** Under CI the files have to be there: nothing is skipped silently. */
export const SKIP_SHARED = !existsSync(SHARED) && env['CI'] === undefined;

export const SKIP_REASON = SKIP_SHARED ? ` (skipped: no ${SHARED})` : '';

export function listShared(folder: string): readonly string[] {
  return readdirSync(SHARED + folder).toSorted();
}

export function readShared(path: string): string {
  const bytes = readFileSync(SHARED + path);
  return (path.endsWith('.gz') ? gunzipSync(bytes) : bytes).toString('utf8');
}

/** Rows of a file of tab-separated values, by the names in its first line. */
export function readTable(path: string): readonly ReadonlyMap<string, string>[] {
  const [head = '', ...rows] = readShared(path).trimEnd().split('\n');
  const names = head.split('\t');
  return rows.map((row) => {
    const cells = row.split('\t');
    return new Map(names.map((name, i) => [name, cells[i] ?? '']));
  });
}
