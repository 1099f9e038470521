import { AltmapError } from '@altmap/protocol';
import { BitReader } from './bit-reader.ts';
import type { ByteReader } from './byte-reader.ts';
import { HuffmanTable } from './huffman-table.ts';

const BLOCK_MAGIC = 0x314159265359;
const END_MAGIC = 0x177245385090;
/** Symbols that are coded with one table, before the next selector. */
const GROUP = 50;
const MAX_SELECTORS = 18_002;
const RUN_B = 1;
const OUTPUT = 64 * 1024;
/** More bytes than the header of a block, one selector, one length of a code; and than one group of symbols. */
const HEADER_BYTES = 64;
const GROUP_BYTES = 256;

/**
 * Unpacks bzip2, which old supportconfigs are packed with and which Node cannot read. Streams may follow each other, as pbzip2
 * writes them. Takes 4 MB and whatever one block (at most 900 kB) unpacks to, which comes out in pieces of 64 KiB.
 * @throws AltmapError E_BAD_ENCODING, EndOfStream
 */
export async function* bunzip2(source: ByteReader): AsyncGenerator<Uint8Array, void, undefined> {
  const bits = new BitReader(source);
  for (let first = true; ; first = false) {
    if (!(await beginsStream(bits, first))) return;
    const blockSize = (bits.read(8) - 0x30) * 100_000;
    if (blockSize < 100_000 || blockSize > 900_000) throw damaged('a block size from 1 to 9');
    let combined = 0;
    for (;;) {
      await ensure(bits, HEADER_BYTES);
      const magic = bits.read(24) * 2 ** 24 + bits.read(24);
      const stated = bits.read(32);
      if (magic === END_MAGIC) {
        if (stated !== combined) throw damaged('the checksum of a stream');
        break;
      }
      if (magic !== BLOCK_MAGIC) throw damaged('the beginning of a block');
      const checksum = yield* unpackBlock(await readBlock(bits, blockSize));
      if (checksum !== stated) throw damaged('the checksum of a block');
      combined = (((combined << 1) | (combined >>> 31)) ^ checksum) >>> 0;
    }
    bits.align();
  }
}

/** False at the end, where zeros may stand as padding. */
async function beginsStream(bits: BitReader, first: boolean): Promise<boolean> {
  for (;;) {
    await ensure(bits, 4);
    if (!bits.has(1)) return false;
    const byte = bits.read(8);
    if (byte === 0 && !first) continue;
    if (byte === 0x42 && bits.read(8) === 0x5a && bits.read(8) === 0x68) return true;
    throw damaged('nothing after the last bzip2 stream');
  }
}

interface Block {
  /** The lower byte is a byte of the block, sorted by what follows; the upper ones point at the next. */
  readonly chain: Uint32Array;
  readonly length: number;
  readonly origin: number;
}

async function readBlock(bits: BitReader, blockSize: number): Promise<Block> {
  if (bits.read(1) === 1) throw damaged('a block that is not randomised, which nothing has written since 1999');
  const origin = bits.read(24);
  const symbols = readSymbols(bits);
  const { tables, selectors } = await readTables(bits, symbols.length + 2);
  const bytes = new Uint8Array(blockSize);
  const counts = new Uint32Array(256);
  const end = symbols.length + 1;
  let length = 0;
  let run = 0;
  let weight = 1;
  const repeat = (): void => {
    if (length + run > blockSize) throw damaged(`a block of at most ${blockSize} bytes`);
    const byte = symbols[0] ?? 0;
    bytes.fill(byte, length, length + run);
    counts[byte] = (counts[byte] ?? 0) + run;
    length += run;
    run = 0;
    weight = 1;
  };
  for (const selector of selectors) {
    const table = tables[selector];
    if (table === undefined) throw damaged('a table for each selector');
    await ensure(bits, GROUP_BYTES);
    for (let i = 0; i < GROUP; i++) {
      const symbol = table.read(bits);
      if (symbol <= RUN_B) {
        run += weight << symbol;
        weight *= 2;
        if (run > blockSize) throw damaged(`a block of at most ${blockSize} bytes`);
        continue;
      }
      if (run > 0) repeat();
      if (symbol === end) return chainOf(bytes, counts, length, origin);
      const byte = symbols[symbol - 1] ?? 0;
      symbols.copyWithin(1, 0, symbol - 1);
      symbols[0] = byte;
      if (length >= blockSize) throw damaged(`a block of at most ${blockSize} bytes`);
      bytes[length++] = byte;
      counts[byte] = (counts[byte] ?? 0) + 1;
    }
  }
  throw damaged('the end of a block');
}

/** The bytes that occur in the block. */
function readSymbols(bits: BitReader): Uint8Array {
  const rows = bits.read(16);
  const symbols: number[] = [];
  for (let row = 0; row < 16; row++) {
    if ((rows & (0x8000 >> row)) === 0) continue;
    const columns = bits.read(16);
    for (let column = 0; column < 16; column++) {
      if ((columns & (0x8000 >> column)) !== 0) symbols.push(row * 16 + column);
    }
  }
  if (symbols.length === 0) throw damaged('at least one byte in a block');
  return Uint8Array.from(symbols);
}

async function readTables(
  bits: BitReader,
  symbols: number,
): Promise<{ tables: readonly HuffmanTable[]; selectors: readonly number[] }> {
  const count = bits.read(3);
  if (count < 2 || count > 6) throw damaged('2 to 6 tables');
  const stated = bits.read(15);
  const order = [0, 1, 2, 3, 4, 5].slice(0, count);
  const selectors: number[] = [];
  for (let i = 0; i < stated; i++) {
    await ensure(bits, HEADER_BYTES);
    let place = 0;
    while (bits.read(1) === 1) if (++place >= count) throw damaged(`a table below ${count}`);
    const [selector = 0] = order.splice(place, 1);
    order.unshift(selector);
    // Some encoders write more than can be used.
    if (selectors.length < MAX_SELECTORS) selectors.push(selector);
  }
  const tables: HuffmanTable[] = [];
  for (let i = 0; i < count; i++) {
    const lengths: number[] = [];
    let length = bits.read(5);
    for (let symbol = 0; symbol < symbols; symbol++) {
      await ensure(bits, HEADER_BYTES);
      while (bits.read(1) === 1) {
        length += bits.read(1) === 0 ? 1 : -1;
        if (length < 1 || length > 20) break;
      }
      if (length < 1 || length > 20) throw damaged('codes of 1 to 20 bits');
      lengths.push(length);
    }
    tables.push(new HuffmanTable(lengths));
  }
  return { tables, selectors };
}

function chainOf(bytes: Uint8Array, counts: Uint32Array, length: number, origin: number): Block {
  if (origin >= length) throw damaged('an origin inside of the block');
  const chain = new Uint32Array(length);
  let sum = 0;
  const starts = counts.map((count) => {
    const start = sum;
    sum += count;
    return start;
  });
  for (let i = 0; i < length; i++) {
    const byte = bytes[i] ?? 0;
    chain[i] = (chain[i] ?? 0) | byte;
    const start = starts[byte] ?? 0;
    chain[start] = (chain[start] ?? 0) | (i << 8);
    starts[byte] = start + 1;
  }
  return { chain, length, origin };
}

/** Follows the chain, and unpacks runs: after four equal bytes stands how many more there are. Gives the checksum. */
function* unpackBlock({ chain, length, origin }: Block): Generator<Uint8Array, number, undefined> {
  let output = new Uint8Array(OUTPUT);
  let at = 0;
  let checksum = 0xffffffff;
  let position = (chain[origin] ?? 0) >>> 8;
  let last = -1;
  let equal = 0;
  for (let i = 0; i < length; i++) {
    const entry = chain[position] ?? 0;
    position = entry >>> 8;
    const byte = entry & 0xff;
    let count = 1;
    if (equal === 4) {
      count = byte;
      equal = 0;
    } else {
      equal = byte === last ? equal + 1 : 1;
      last = byte;
    }
    for (; count > 0; count--) {
      output[at++] = last;
      checksum = ((checksum << 8) ^ (CRC[(checksum >>> 24) ^ last] ?? 0)) >>> 0;
      if (at < OUTPUT) continue;
      yield output;
      output = new Uint8Array(OUTPUT);
      at = 0;
    }
    if (equal === 0) last = -1;
  }
  if (at > 0) yield output.subarray(0, at);
  return ~checksum >>> 0;
}

/** CRC-32 with the highest bit first, unlike that of gzip. */
const CRC = Uint32Array.from({ length: 256 }, (_, byte) => {
  let value = byte << 24;
  for (let bit = 0; bit < 8; bit++) value = (value << 1) ^ (value < 0 ? 0x04c11db7 : 0);
  return value >>> 0;
});

async function ensure(bits: BitReader, bytes: number): Promise<void> {
  if (!bits.has(bytes)) await bits.fetch(bytes);
}

function damaged(expected: string): AltmapError {
  return new AltmapError('E_BAD_ENCODING', `expected ${expected}`);
}
