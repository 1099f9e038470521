import { createRequire } from 'node:module';
import { AltmapError } from '@altmap/protocol';
import type { XzReadableStream as XzDecoder } from 'xz-decompress';
import type { Meter } from './meter.ts';

// CommonJS whose export Node cannot see from outside.
const { XzReadableStream } = createRequire(import.meta.url)('xz-decompress') as { XzReadableStream: typeof XzDecoder };

let lastTurn: Promise<unknown> = Promise.resolve();

/**
 * Unpacks one .xz stream. One at a time in a process: the decoder's memory (its dictionary, at most 64 MiB) is one for all
 * and is never given back, and the decoder takes turns itself, but in a way that a reader who gives up leaves it stuck.
 */
export async function* unxz(
  stream: AsyncIterable<Uint8Array>,
  meter: Meter,
): AsyncGenerator<Uint8Array, void, undefined> {
  const done = await takeTurn(meter);
  const unpacked = new XzReadableStream(ReadableStream.from(stream)).getReader();
  try {
    for (;;) {
      const { done: ended, value } = await unpacked.read();
      if (ended) return;
      if (value.length > 0) yield value;
    }
  } catch (error) {
    if (error instanceof Error && /^get_next_output failed/.test(error.message))
      throw new AltmapError('E_BAD_ENCODING', `expected a whole xz stream: ${error.message}`, {}, error);
    throw error;
  } finally {
    await unpacked.cancel().catch(() => {});
    done();
  }
}

async function takeTurn(meter: Meter): Promise<() => void> {
  const before = lastTurn;
  const { promise, resolve } = Promise.withResolvers<void>();
  lastTurn = promise;
  try {
    await meter.inTime(before);
  } catch (error) {
    // Whoever stands behind still has to wait for the one before.
    void before.then(() => resolve());
    throw error;
  }
  return resolve;
}
