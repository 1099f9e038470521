import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';

/** The corpus lies beside the project and is no part of it: a fresh clone has none. */
export const CORPUS = fileURLToPath(new URL('../../../shared/corpus/', import.meta.url));

export function hasCorpus(): boolean {
  return existsSync(`${CORPUS}matrix.tsv`);
}

/** Files of a folder of the corpus, as paths inside the corpus. */
export function listCorpus(folder: string): readonly string[] {
  return readdirSync(CORPUS + folder)
    .toSorted()
    .map((name) => `${folder}/${name}`);
}

export function readCorpusBytes(path: string): Uint8Array {
  const bytes = readFileSync(CORPUS + path);
  return path.endsWith('.gz') ? gunzipSync(bytes) : bytes;
}

export function readCorpus(path: string): string {
  return new TextDecoder().decode(readCorpusBytes(path));
}

/** One row of a file of tab-separated values. */
export type Row = (column: string) => string;

/** @throws Error for a column that the file does not have. */
export function readTable(path: string): readonly Row[] {
  const { names, cells } = parseTable(path);
  return cells.map((row) => (column) => {
    const cell = row[names.indexOf(column)];
    if (cell === undefined) throw new Error(`${path}: expected a column ${column}`);
    return cell;
  });
}

export function columnsOf(path: string): readonly string[] {
  return parseTable(path).names;
}

function parseTable(path: string): { names: readonly string[]; cells: readonly (readonly string[])[] } {
  const [names = [], ...cells] = readCorpus(path)
    .trimEnd()
    .split('\n')
    .map((line) => line.split('\t'));
  return { names, cells };
}
