import { AltmapError } from '@altmap/protocol';
import type { BitReader } from './bit-reader.ts';

const MAX_LENGTH = 20;

/** A canonical Huffman code: of codes of one length the lower stands for the lower symbol, and shorter codes come first. */
export class HuffmanTable {
  /** By length: the highest code, and what has to be taken from a code to get its place among the symbols. */
  readonly #highest = new Int32Array(MAX_LENGTH + 2).fill(-1);
  readonly #offset = new Int32Array(MAX_LENGTH + 2);
  readonly #symbols: Uint16Array;
  readonly #shortest: number;

  /** @param lengths of the code of each symbol, 1 to 20 bits */
  constructor(lengths: readonly number[]) {
    const counts = new Uint32Array(MAX_LENGTH + 2);
    for (const length of lengths) counts[length] = (counts[length] ?? 0) + 1;
    const order = lengths.map((_, symbol) => symbol).sort((a, b) => (lengths[a] ?? 0) - (lengths[b] ?? 0) || a - b);
    this.#symbols = Uint16Array.from(order);
    this.#shortest = Math.min(...lengths);
    let code = 0;
    let place = 0;
    for (let length = this.#shortest; length <= MAX_LENGTH; length++) {
      const count = counts[length] ?? 0;
      this.#offset[length] = code - place;
      code += count;
      place += count;
      this.#highest[length] = count === 0 ? -1 : code - 1;
      code *= 2;
    }
  }

  /** The symbol whose code comes next. @throws AltmapError E_BAD_ENCODING */
  read(bits: BitReader): number {
    let code = bits.read(this.#shortest);
    for (let length = this.#shortest; length <= MAX_LENGTH; length++) {
      if (code <= (this.#highest[length] ?? -1)) {
        const symbol = this.#symbols[code - (this.#offset[length] ?? 0)];
        if (symbol !== undefined) return symbol;
      }
      code = code * 2 + bits.read(1);
    }
    throw new AltmapError('E_BAD_ENCODING', 'expected a code of the table');
  }
}
