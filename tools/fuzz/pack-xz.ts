import { crc32 } from 'node:zlib';

/** An uncompressed chunk of LZMA2 holds at most this much. */
const CHUNK = 65_536;

/**
 * An xz stream of one block that holds the bytes as they are: LZMA2 may leave chunks uncompressed. Node can make no xz, and for
 * the reader of the container this is as good as any other (format: The .xz File Format 1.2.1).
 */
export function xzOf(bytes: Uint8Array): Uint8Array {
  const checkCrc32 = Uint8Array.of(0, 1);
  const content = Buffer.concat([...chunksOf(bytes), Uint8Array.of(0)]);
  // Header of 12 bytes in units of 4, one filter, LZMA2 with one byte of properties: a dictionary of 64 KiB.
  const blockHeader = sealed(Uint8Array.of(2, 0, 0x21, 1, 8, 0, 0, 0));
  const unpadded = blockHeader.length + content.length + 4;
  const index = sealed(padded(Buffer.concat([Uint8Array.of(0, 1), varint(unpadded), varint(bytes.length)])));
  const size = Buffer.alloc(4);
  size.writeUInt32LE(index.length / 4 - 1);
  const footer = Buffer.concat([size, checkCrc32]);
  return Buffer.concat([
    Uint8Array.of(0xfd, 0x37, 0x7a, 0x58, 0x5a, 0),
    sealed(checkCrc32),
    blockHeader,
    padded(content),
    sum(bytes),
    index,
    sum(footer),
    footer,
    Buffer.from('YZ'),
  ]);
}

function* chunksOf(bytes: Uint8Array): Generator<Uint8Array> {
  for (let start = 0; start < bytes.length; start += CHUNK) {
    const chunk = bytes.subarray(start, start + CHUNK);
    const last = chunk.length - 1;
    // The first chunk resets the dictionary.
    yield Uint8Array.of(start === 0 ? 1 : 2, last >> 8, last & 0xff);
    yield chunk;
  }
}

function sum(bytes: Uint8Array): Buffer {
  const result = Buffer.alloc(4);
  result.writeUInt32LE(crc32(bytes));
  return result;
}

function sealed(bytes: Uint8Array): Buffer {
  return Buffer.concat([bytes, sum(bytes)]);
}

function padded(bytes: Uint8Array): Buffer {
  return Buffer.concat([bytes, Buffer.alloc((4 - (bytes.length % 4)) % 4)]);
}

function varint(value: number): Uint8Array {
  const result: number[] = [];
  for (let left = value; ; left = Math.floor(left / 128)) {
    if (left < 128) return Uint8Array.from([...result, left]);
    result.push((left % 128) | 0x80);
  }
}
