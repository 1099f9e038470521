import { type ByteReader, EndOfStream } from './byte-reader.ts';

const CHUNK = 64 * 1024;

/** Reads bits, the highest of a byte first, from bytes that were fetched before: decoders cannot wait at every bit. */
export class BitReader {
  readonly #source: ByteReader;
  #bytes = new Uint8Array();
  #at = 0;
  /** The byte before #at, and how many of its bits were not read yet. */
  #byte = 0;
  #left = 0;

  constructor(source: ByteReader) {
    this.#source = source;
  }

  /** True where the next `bytes` bytes can be read without another fetch(); also near the end, where there are no more. */
  has(bytes: number): boolean {
    return this.#bytes.length - this.#at >= bytes;
  }

  /** Gets at least so many bytes, if the source has them. */
  async fetch(bytes: number): Promise<void> {
    const wanted = Math.max(bytes, CHUNK);
    const more = await this.#source.peek(wanted);
    const joined = new Uint8Array(this.#bytes.length - this.#at + more.length);
    joined.set(this.#bytes.subarray(this.#at));
    joined.set(more, this.#bytes.length - this.#at);
    await this.#source.skip(more.length);
    this.#bytes = joined;
    this.#at = 0;
  }

  /** The next `count` bits (1 to 32) as a number. @throws EndOfStream */
  read(count: number): number {
    let value = 0;
    for (let wanted = count; wanted > 0; ) {
      if (this.#left === 0) {
        if (this.#at >= this.#bytes.length) throw new EndOfStream();
        this.#byte = this.#bytes[this.#at++] ?? 0;
        this.#left = 8;
      }
      const step = Math.min(wanted, this.#left);
      value = value * 2 ** step + ((this.#byte >> (this.#left - step)) & ((1 << step) - 1));
      this.#left -= step;
      wanted -= step;
    }
    return value;
  }

  /** Passes over the rest of a byte that was begun. */
  align(): void {
    this.#left = 0;
  }
}
