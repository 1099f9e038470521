import { type PackingName, packed, tarOf } from './pack.ts';

const PIECE = 2 ** 24;

/**
 * Zeros, as they are or as the content of a tar member, packed in streams of 16 MiB one after the other: what comes out is the
 * same as from one stream, and nobody has to hold it or to wait for it.
 */
export async function* zeros(packing: PackingName, bytes: number, member: string | null): AsyncGenerator<Uint8Array> {
  if (member !== null) {
    const header = (await tarOf([{ name: member, content: '' }])).subarray(0, 512);
    yield packed(withSize(header, bytes), packing);
  }
  const piece = packed(Buffer.alloc(PIECE), packing);
  for (let left = bytes; left > 0; left -= PIECE) yield piece;
  if (member !== null) yield packed(Buffer.alloc(1024), packing);
}

/** A header with another size, in binary as GNU writes large ones, and with the checksum that fits. */
export function withSize(header: Uint8Array, size: number): Buffer {
  const bytes = Buffer.from(header);
  bytes.fill(0, 124, 136);
  bytes[124] = 0x80;
  bytes.writeBigUInt64BE(BigInt(size), 128);
  return withChecksum(bytes);
}

export function withChecksum(header: Uint8Array): Buffer {
  const bytes = Buffer.from(header);
  bytes.fill(' ', 148, 156);
  const sum = bytes.reduce((total, byte) => total + byte, 0);
  bytes.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148);
  return bytes;
}
