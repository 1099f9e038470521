import { readFile, stat } from 'node:fs/promises';
import { gunzipSync, zstdDecompressSync } from 'node:zlib';
import { LIMITS } from '@altmap/protocol';
import { fileErrorText, InputError } from '../input-error.ts';
import type { Terminal } from '../terminal.ts';

/** The unpacked content of a file, or of standard input for "-". gzip and zstd are recognised by their first bytes. */
export async function readContent(path: string, terminal: Terminal): Promise<Uint8Array> {
  if (path === '-') return unpack('standard input', await terminal.stdin());
  let bytes: Uint8Array;
  try {
    const { size } = await stat(path);
    if (size > LIMITS.blobBytes) throw tooLarge(path, size);
    bytes = await readFile(path);
  } catch (error) {
    if (error instanceof InputError) throw error;
    throw new InputError(fileErrorText(path, error), error);
  }
  return unpack(path, bytes);
}

function unpack(path: string, bytes: Uint8Array): Uint8Array {
  const isGzip = bytes[0] === 0x1f && bytes[1] === 0x8b;
  const isZstd = bytes[0] === 0x28 && bytes[1] === 0xb5 && bytes[2] === 0x2f && bytes[3] === 0xfd;
  let content = bytes;
  if (isGzip || isZstd) {
    const limit = { maxOutputLength: LIMITS.blobBytes };
    try {
      content = isGzip ? gunzipSync(bytes, limit) : zstdDecompressSync(bytes, limit);
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      if (error instanceof RangeError)
        throw new InputError(`${path}: expected at most ${LIMITS.blobBytes} bytes unpacked`);
      throw new InputError(`${path}: expected a whole ${isGzip ? 'gzip' : 'zstd'} stream: ${reason}`, error);
    }
  }
  if (content.length > LIMITS.blobBytes) throw tooLarge(path, content.length);
  if (isTar(content))
    throw new InputError(`${path}: expected a text file, this is a tar archive: unpack it and name the directory`);
  return content;
}

function tooLarge(path: string, bytes: number): InputError {
  return new InputError(`${path}: expected at most ${LIMITS.blobBytes} bytes, this has ${bytes}`);
}

function isTar(bytes: Uint8Array): boolean {
  return new TextDecoder('latin1').decode(bytes.subarray(257, 262)) === 'ustar';
}
