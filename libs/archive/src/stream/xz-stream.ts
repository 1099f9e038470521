import { AltmapError } from '@altmap/protocol';
import type { ByteReader } from './byte-reader.ts';
import { packingOf } from './packing.ts';

const MIB = 1024 * 1024;
/** xz -9 asks for this much; a header may ask for 4 GiB. */
const MAX_DICTIONARY = 64 * MIB;
const LZMA2 = 0x21;
/** Bytes of the check after a block, by its number in the stream's flags: none, CRC32, CRC64, SHA-256 and reserved ones. */
const CHECK_BYTES = [0, 4, 4, 4, 8, 8, 8, 16, 16, 16, 32, 32, 32, 64, 64, 64];

/**
 * The bytes of the .xz stream that stands at the reader, up to its end and not one more: the decoder reads one stream and
 * does not tell where it ended, but a file may hold several. Walks the headers (xz file format 1.2.1), unpacks nothing.
 */
export async function* xzStream(reader: ByteReader): AsyncGenerator<Uint8Array, void, undefined> {
  const header = await reader.read(12);
  if (packingOf(header) !== 'xz') throw damaged('nothing after the last xz stream');
  yield header;
  const checkBytes = CHECK_BYTES[(header[7] ?? 0) & 0x0f] ?? 0;
  for (;;) {
    const [size = 0] = await reader.peek(1);
    if (size === 0) break;
    yield* block(reader, checkBytes);
  }
  yield* index(reader);
  yield* reader.pieces(12);
}

async function* block(reader: ByteReader, checkBytes: number): AsyncGenerator<Uint8Array, void, undefined> {
  const [size = 0] = await reader.peek(1);
  const header = await reader.read((size + 1) * 4);
  checkFilter(header);
  yield header;
  let packed = 0;
  for (;;) {
    const control = await reader.read(1);
    yield control;
    packed++;
    const kind = control[0] ?? 0;
    if (kind === 0) break;
    const isPlain = kind < 0x80;
    if (isPlain && kind > 2) throw damaged(`an LZMA2 chunk, got one that begins with ${kind}`);
    const sizes = await reader.read(isPlain ? 2 : 4);
    yield sizes;
    const [a = 0, b = 0, c = 0, d = 0] = sizes;
    const hasProperties = kind >= 0xc0;
    const length = isPlain ? a * 256 + b + 1 : c * 256 + d + 1 + (hasProperties ? 1 : 0);
    yield* reader.pieces(length);
    packed += sizes.length + length;
  }
  yield* reader.pieces(((4 - (packed % 4)) % 4) + checkBytes);
}

/** Sizes of the block may stand before its filters; of filters only LZMA2 alone, as for files that are no programs. */
function checkFilter(header: Uint8Array): void {
  const flags = header[1] ?? 0;
  let at = 2;
  for (const isThere of [(flags & 0x40) !== 0, (flags & 0x80) !== 0]) {
    if (!isThere) continue;
    while ((header[at] ?? 0) >= 0x80) at++;
    at++;
  }
  const [filter, propertyBytes, bits = 0] = header.subarray(at, at + 3);
  if ((flags & 3) !== 0 || filter !== LZMA2 || propertyBytes !== 1) throw damaged('LZMA2 and no other filter');
  const dictionary = bits > 40 ? Number.POSITIVE_INFINITY : (2 | (bits & 1)) * 2 ** ((bits >> 1) + 11);
  if (dictionary > MAX_DICTIONARY) {
    const detail = `expected a dictionary of at most 64 MiB (xz -9), got ${Math.ceil(dictionary / MIB)} MiB`;
    throw new AltmapError('E_BAD_ENCODING', detail);
  }
}

async function* index(reader: ByteReader): AsyncGenerator<Uint8Array, void, undefined> {
  let length = 0;
  const bytes: number[] = [];
  const next = async (): Promise<number> => {
    const [byte = 0] = await reader.read(1);
    bytes.push(byte);
    length++;
    return byte;
  };
  await next();
  let records = 0;
  let scale = 1;
  for (let byte = 0x80; byte >= 0x80; scale *= 128) {
    byte = await next();
    records += (byte & 0x7f) * scale;
    if (length > 10) throw damaged('a count of blocks');
  }
  yield Uint8Array.from(bytes.splice(0));
  for (let left = records * 2; left > 0; left--) {
    while ((await next()) >= 0x80);
    if (bytes.length > 1024) yield Uint8Array.from(bytes.splice(0));
  }
  yield Uint8Array.from(bytes);
  yield* reader.pieces(((4 - (length % 4)) % 4) + 4);
}

function damaged(expected: string): AltmapError {
  return new AltmapError('E_BAD_ENCODING', `expected ${expected}`);
}
