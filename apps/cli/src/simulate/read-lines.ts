import { createReadStream } from 'node:fs';
import { type Duplex, pipeline, Readable } from 'node:stream';
import { createGunzip, createZstdDecompress } from 'node:zlib';
import { fileErrorText, InputError } from '../input-error.ts';
import type { Terminal } from '../terminal.ts';

/** A longer line is refused: it would have to be held in memory whole. Characters. */
const LONGEST_LINE = 64 * 1024 * 1024;

export interface Line {
  /** From 1. */
  readonly number: number;
  readonly text: string;
}

/** The lines of a file, plain, gzip or zstd (told by the first bytes), or of standard input for "-", one at a time. Empty ones are left out. */
export async function* readLines(path: string, terminal: Terminal): AsyncGenerator<Line> {
  const source = path === '-' ? Readable.from([await terminal.stdin()]) : createReadStream(path);
  let number = 0;
  let rest = '';
  const decoder = new TextDecoder();
  try {
    for await (const chunk of unpacked(source)) {
      const parts = (rest + decoder.decode(chunk, { stream: true })).split('\n');
      rest = parts.pop() ?? '';
      if (rest.length > LONGEST_LINE) {
        throw new InputError(`${path}:${number + 1}: expected at most ${LONGEST_LINE} characters in a line`);
      }
      for (const text of parts) {
        number++;
        if (text.trim() !== '') yield { number, text };
      }
    }
  } catch (error) {
    if (error instanceof InputError) throw error;
    throw new InputError(fileErrorText(path, error), error);
  }
  if (rest.trim() !== '') yield { number: number + 1, text: rest };
}

async function* unpacked(source: Readable): AsyncGenerator<Uint8Array> {
  const chunks: AsyncIterator<Buffer> = source[Symbol.asyncIterator]();
  const first = await chunks.next();
  if (first.done === true) return;
  const all = async function* (): AsyncGenerator<Buffer> {
    yield first.value;
    for (let next = await chunks.next(); next.done !== true; next = await chunks.next()) yield next.value;
  };
  const decompressor = decompressorFor(first.value);
  if (decompressor === null) return yield* all();
  // What fails here fails in the loop that reads the decompressor.
  pipeline(all, decompressor, () => {});
  for await (const chunk of decompressor) yield chunk as Uint8Array;
}

function decompressorFor([a, b, c, d]: Uint8Array): Duplex | null {
  if (a === 0x1f && b === 0x8b) return createGunzip();
  return a === 0x28 && b === 0xb5 && c === 0x2f && d === 0xfd ? createZstdDecompress() : null;
}
