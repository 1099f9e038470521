import { createHash } from 'node:crypto';
import { constants, createGzip, gzipSync, zstdCompressSync, zstdDecompressSync } from 'node:zlib';
import { LIMITS } from '@altmap/protocol';
import { expect, it } from 'vitest';
import { FakeClock } from '../fake-clock.ts';
import { FakeBlobRepository } from './fake-blob-repository.ts';
import { type BlobEncoding, StoreBlob } from './store-blob.ts';

const sha256 = (content: Uint8Array | string): string => createHash('sha256').update(content).digest('hex');

async function* inPieces(body: Uint8Array, size = 1_000): AsyncGenerator<Uint8Array> {
  for (let start = 0; start < body.length; start += size) yield body.subarray(start, start + size);
}

async function store(body: Uint8Array | AsyncIterable<Uint8Array>, encoding: BlobEncoding, digest: string) {
  const blobs = new FakeBlobRepository();
  const stream = body instanceof Uint8Array ? inPieces(body) : body;
  const done = await new StoreBlob(blobs, new FakeClock()).store(digest, stream, encoding).then(
    (answer) => ({ answer, code: null }),
    (error: { code?: string }) => ({ answer: null, code: error.code ?? String(error) }),
  );
  return { ...done, blobs: blobs.blobs };
}

const config = Buffer.from('CONFIG_ARM64_64K_PAGES=y\n'.repeat(5_000));

it.each([
  ['identity', config],
  ['gzip', gzipSync(config)],
  ['zstd', zstdCompressSync(config)],
] as const)('stores what came as %s under its digest, compressed', async (encoding, body) => {
  const { answer, blobs } = await store(body, encoding, sha256(config));
  expect(answer).toEqual({ bytes: config.length });
  const blob = blobs.get(sha256(config));
  expect(blob).toMatchObject({ bytes: config.length, at: new Date('2026-11-20T09:00:00.000Z') });
  expect(zstdDecompressSync(blob?.zstd ?? Buffer.alloc(0)).equals(config)).toBe(true);
});

it('stores an empty file', async () => {
  const { answer } = await store(new Uint8Array(), 'identity', sha256(''));
  expect(answer).toEqual({ bytes: 0 });
});

it('stores nothing of what has another digest than its address says', async () => {
  const { code, blobs } = await store(config, 'identity', sha256('something else'));
  expect(code).toBe('E_DIGEST_MISMATCH');
  expect(blobs.size).toBe(0);
});

it.each([
  ['a gzip that is cut short', gzipSync(config).subarray(0, -20), 'gzip'],
  ['a gzip without its last four bytes', gzipSync(config).subarray(0, -4), 'gzip'],
  ['a gzip with a wrong checksum', withFlippedBit(gzipSync(config), -6), 'gzip'],
  ['a zstd that is cut short', zstdCompressSync(config).subarray(0, -5), 'zstd'],
  ['binary junk as gzip', Buffer.from([1, 2, 3, 0xff, 0]), 'gzip'],
  ['binary junk as zstd', Buffer.from([1, 2, 3, 0xff, 0]), 'zstd'],
  ['nothing at all as gzip', new Uint8Array(), 'gzip'],
  ['nothing at all as zstd', new Uint8Array(), 'zstd'],
  ['a zstd as gzip', zstdCompressSync(config), 'gzip'],
] as const)('refuses %s', async (_what, body, encoding) => {
  const { code, blobs } = await store(body, encoding, sha256(config));
  expect(code).toBe('E_BAD_ENCODING');
  expect(blobs.size).toBe(0);
});

function withFlippedBit(body: Buffer, at: number): Buffer {
  const damaged = Buffer.from(body);
  const offset = body.length + at;
  damaged.writeUInt8(body.readUInt8(offset) ^ 1, offset);
  return damaged;
}

/** A gzip that unpacks to `bytes` zeros, never whole in memory. */
function bomb(bytes: number): AsyncIterable<Uint8Array> {
  const gzip = createGzip({ level: constants.Z_BEST_COMPRESSION });
  const piece = Buffer.alloc(1024 * 1024);
  let left = bytes;
  const write = (): void => {
    while (left > 0) {
      left -= piece.length;
      if (!gzip.write(piece)) {
        gzip.once('drain', write);
        return;
      }
    }
    gzip.end();
  };
  write();
  return gzip;
}

it('stops a gzip bomb at the limit, long before it is unpacked', async () => {
  let read = 0;
  async function* counted(): AsyncGenerator<Uint8Array> {
    for await (const piece of bomb(1024 * 1024 * 1024)) {
      read += piece.length;
      yield piece;
    }
  }
  const { code, blobs } = await store(counted(), 'gzip', sha256('bomb'));
  expect(code).toBe('E_UNPACKED_TOO_LARGE');
  expect(blobs.size).toBe(0);
  // A GiB of zeros makes a gzip of more than 1,000,000 bytes.
  expect(read).toBeLessThan(200_000);
});

it('stops a body at the limit on the wire, whatever it says of itself', async () => {
  let sent = 0;
  async function* endless(): AsyncGenerator<Uint8Array> {
    for (;;) {
      sent += 64 * 1024;
      yield Buffer.alloc(64 * 1024, sent % 251);
    }
  }
  const { code, blobs } = await store(endless(), 'identity', sha256('endless'));
  expect(code).toBe('E_BODY_TOO_LARGE');
  expect(blobs.size).toBe(0);
  expect(sent).toBeLessThanOrEqual(LIMITS.blobCompressedBytes + 64 * 1024);
});

it('says of a connection that broke what broke it, not that the encoding is bad', async () => {
  async function* broken(): AsyncGenerator<Uint8Array> {
    yield gzipSync(config).subarray(0, 10);
    throw Object.assign(new Error('aborted'), { code: 'ECONNRESET' });
  }
  expect((await store(broken(), 'gzip', sha256(config))).code).toBe('ECONNRESET');
});
