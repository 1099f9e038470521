import { gzipSync, zstdCompressSync } from 'node:zlib';
import { xzOf } from './pack-xz.ts';

const BLOCK = 512;
const encoder = new TextEncoder();

/** A tar archive (ustar) of files by path. */
export function tarOf(files: ReadonlyMap<string, Uint8Array>): Uint8Array {
  const blocks = [...files].flatMap(([path, bytes]) => {
    const padding = (BLOCK - (bytes.length % BLOCK)) % BLOCK;
    return [header(path, bytes.length), bytes, new Uint8Array(padding)];
  });
  return new Uint8Array(Buffer.concat([...blocks, new Uint8Array(2 * BLOCK)]));
}

/** name, mode, uid, gid, size, mtime, checksum, type, magic: offsets of POSIX ustar. */
function header(path: string, size: number): Uint8Array {
  const block = new Uint8Array(BLOCK);
  const put = (text: string, offset: number): void => block.set(encoder.encode(text), offset);
  put(path.slice(0, 100), 0);
  put('0000644\0', 100);
  put('0000000\0', 108);
  put('0000000\0', 116);
  put(`${size.toString(8).padStart(11, '0')}\0`, 124);
  put('00000000000\0', 136);
  put(' '.repeat(8), 148);
  put('0', 156);
  put('ustar\x0000', 257);
  const sum = block.reduce((total, byte) => total + byte, 0);
  put(`${sum.toString(8).padStart(6, '0')}\0 `, 148);
  return block;
}

/** None, gzip, zstd and xz. */
export const PACKINGS: readonly ((bytes: Uint8Array) => Uint8Array)[] = [
  (bytes) => bytes,
  (bytes) => gzipSync(bytes, { level: 1 }),
  (bytes) => zstdCompressSync(bytes),
  xzOf,
];
