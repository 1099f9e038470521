import { execFileSync, spawnSync } from 'node:child_process';
import { env } from 'node:process';
import { gzipSync, zstdCompressSync } from 'node:zlib';
import { type Header, pack } from 'tar-stream';

export type Files = Readonly<Record<string, string | Uint8Array>>;
export type PackingName = 'plain' | 'gzip' | 'xz' | 'zstd' | 'bzip2';

const PACKINGS: readonly PackingName[] = ['plain', 'gzip', 'xz', 'zstd', 'bzip2'];

const MAX_BUFFER = 2 ** 30;

/** A member with a header of its own: a link, a device, a directory, or a file with odd fields. */
export type Entry = Partial<Header> & { readonly name: string; readonly content?: string | Uint8Array };

/** A tar archive as tar-stream makes it. */
export async function tarOf(entries: Files | readonly Entry[]): Promise<Buffer> {
  const list: readonly Entry[] = isList(entries)
    ? entries
    : Object.entries(entries).map(([name, content]) => ({ name, content }));
  const archive = pack();
  const chunks: Uint8Array[] = [];
  const packed = (async () => {
    for await (const chunk of archive) chunks.push(chunk as Uint8Array);
  })();
  for (const { content = '', ...header } of list) archive.entry(header, Buffer.from(content));
  archive.finalize();
  await packed;
  return Buffer.concat(chunks);
}

function isList(entries: Files | readonly Entry[]): entries is readonly Entry[] {
  return Array.isArray(entries);
}

export function packed(bytes: Uint8Array, packing: PackingName): Uint8Array {
  if (packing === 'gzip') return gzipSync(bytes);
  if (packing === 'zstd') return zstdCompressSync(bytes);
  if (packing === 'bzip2') return bzip2(bytes);
  return packing === 'xz' ? xz(bytes) : bytes;
}

export function xz(bytes: Uint8Array, ...options: readonly string[]): Buffer {
  return execFileSync('xz', ['-c', '-T1', ...options], { input: bytes, maxBuffer: MAX_BUFFER });
}

export function bzip2(bytes: Uint8Array, ...options: readonly string[]): Buffer {
  return execFileSync('bzip2', ['-c', ...options], { input: bytes, maxBuffer: MAX_BUFFER });
}

/** xz(1) and bzip2(1) make what Node cannot. Under CI they have to be there. */
function has(program: string): boolean {
  const found = spawnSync(program, ['--version']).status === 0;
  if (!found) console.warn(`skipped: tests of ${program}, because it is not on the PATH`);
  return found || env['CI'] !== undefined;
}

export const HAS_XZ = has('xz');
export const HAS_BZIP2 = has('bzip2');

/** Those that this machine can make. */
export const AVAILABLE_PACKINGS = PACKINGS.filter(
  (packing) => (packing !== 'xz' || HAS_XZ) && (packing !== 'bzip2' || HAS_BZIP2),
);

/** A stream in chunks of that many bytes. */
export async function* streamOf(bytes: Uint8Array, chunkBytes = 64 * 1024): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += chunkBytes) yield bytes.subarray(at, at + chunkBytes);
}
