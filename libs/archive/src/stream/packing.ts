/** How bytes are packed, by their first ones. */
export type Packing = 'gzip' | 'xz' | 'zstd' | 'bzip2' | 'zip' | '7z' | 'lzip' | 'lzma' | 'compress';

const MAGIC: readonly (readonly [Packing, readonly number[]])[] = [
  ['gzip', [0x1f, 0x8b]],
  ['compress', [0x1f, 0x9d]],
  ['xz', [0xfd, 0x37, 0x7a, 0x58, 0x5a, 0x00]],
  ['zstd', [0x28, 0xb5, 0x2f, 0xfd]],
  ['bzip2', [0x42, 0x5a, 0x68]],
  ['zip', [0x50, 0x4b, 0x03, 0x04]],
  ['7z', [0x37, 0x7a, 0xbc, 0xaf, 0x27, 0x1c]],
  ['lzip', [0x4c, 0x5a, 0x49, 0x50]],
  ['lzma', [0x5d, 0x00, 0x00]],
];

/** Null for what is not packed in any known way. Six bytes are enough. */
export function packingOf(bytes: Uint8Array): Packing | null {
  return MAGIC.find(([, magic]) => magic.every((byte, at) => bytes[at] === byte))?.[0] ?? null;
}
