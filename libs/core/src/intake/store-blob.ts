import { createHash } from 'node:crypto';
import { pipeline } from 'node:stream/promises';
import { promisify } from 'node:util';
import { createGunzip, createZstdDecompress, zstdCompress } from 'node:zlib';
import { AltmapError, LIMITS } from '@altmap/protocol';
import type { Clock } from '../clock.ts';
import type { BlobRepository } from './report.ts';

const compress = promisify(zstdCompress);

export type BlobEncoding = 'identity' | 'gzip' | 'zstd';

async function* capped(body: AsyncIterable<Uint8Array>, limit: number): AsyncGenerator<Uint8Array> {
  let bytes = 0;
  for await (const chunk of body) {
    bytes += chunk.length;
    if (bytes > limit) throw new AltmapError('E_BODY_TOO_LARGE', `expected at most ${limit} bytes on the wire`);
    yield chunk;
  }
}

/** Collects what comes out of the decompressor, counting as it comes: a bomb is stopped at the limit, not after it. */
async function unpack(body: AsyncIterable<Uint8Array>, encoding: BlobEncoding): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  const collect = async (unpacked: AsyncIterable<Uint8Array>): Promise<void> => {
    for await (const chunk of unpacked) {
      bytes += chunk.length;
      if (bytes > LIMITS.blobBytes) {
        throw new AltmapError('E_UNPACKED_TOO_LARGE', `expected at most ${LIMITS.blobBytes} bytes after unpacking`);
      }
      chunks.push(chunk);
    }
  };
  const wire = capped(body, LIMITS.blobCompressedBytes);
  if (encoding === 'identity') await collect(wire);
  else await pipeline(wire, encoding === 'gzip' ? createGunzip() : createZstdDecompress(), collect);
  return Buffer.concat(chunks);
}

/** What zlib says of a stream; everything else (our limits, a connection that broke) is not about the encoding. */
function isDecompressorError(error: unknown): error is Error {
  return error instanceof Error && 'code' in error && /^(Z_|ZSTD_)/.test(String(error.code));
}

/** Takes one content-addressed blob, checks that it is what its address says, and stores it compressed. */
export class StoreBlob {
  readonly #blobs: BlobRepository;
  readonly #clock: Clock;

  constructor(blobs: BlobRepository, clock: Clock) {
    this.#blobs = blobs;
    this.#clock = clock;
  }

  /** @throws AltmapError E_BODY_TOO_LARGE, E_UNPACKED_TOO_LARGE, E_BAD_ENCODING, E_DIGEST_MISMATCH. Nothing is stored then. */
  async store(sha256: string, body: AsyncIterable<Uint8Array>, encoding: BlobEncoding): Promise<{ bytes: number }> {
    let content: Buffer;
    try {
      content = await unpack(body, encoding);
    } catch (error) {
      if (!isDecompressorError(error)) throw error;
      throw new AltmapError('E_BAD_ENCODING', `expected a whole ${encoding} stream: ${error.message}`);
    }
    const actual = createHash('sha256').update(content).digest('hex');
    if (actual !== sha256) {
      throw new AltmapError('E_DIGEST_MISMATCH', `expected content with SHA-256 ${sha256}, got ${actual}`, { actual });
    }
    await this.#blobs.put({ sha256, bytes: content.length, zstd: await compress(content), at: this.#clock.now() });
    return { bytes: content.length };
  }
}
