import { pipeline, Readable, type Transform } from 'node:stream';
import { constants, createGunzip, createZstdDecompress } from 'node:zlib';
import { AltmapError } from '@altmap/protocol';
import { bunzip2 } from './bunzip2.ts';
import { type ByteReader, EndOfStream } from './byte-reader.ts';
import type { Meter } from './meter.ts';
import type { Packing } from './packing.ts';
import { unxz } from './unxz.ts';
import { xzStream } from './xz-stream.ts';
import { passOverZstdFrame, ZSTD_WINDOW_LOG, zstdFrame } from './zstd-frames.ts';

const CHUNK = 64 * 1024;

const REPACK: Readonly<Partial<Record<Packing, string>>> = {
  lzip: 'lzip -dc FILE | gzip > FILE.gz',
  lzma: 'lzma -dc FILE | gzip > FILE.gz',
  compress: 'zcat FILE | gzip > FILE.gz',
};

/** The unpacked bytes of everything that the reader still has. @throws AltmapError E_BAD_ENCODING, E_ARCHIVE_FORMAT */
export async function* unpack(
  packing: Packing | null,
  reader: ByteReader,
  meter: Meter,
): AsyncGenerator<Uint8Array, void, undefined> {
  try {
    if (packing === null) yield* reader.rest();
    else if (packing === 'gzip') yield* through(reader.rest(), createGunzip({ chunkSize: CHUNK }));
    else if (packing === 'xz') yield* frames(reader, () => unxz(gather(xzStream(reader)), meter));
    else if (packing === 'zstd') yield* frames(reader, () => unzstd(reader));
    else if (packing === 'bzip2') yield* bunzip2(reader);
    else throw new AltmapError('E_ARCHIVE_FORMAT', notRead(packing));
  } catch (error) {
    throw error instanceof EndOfStream
      ? new AltmapError('E_BAD_ENCODING', `expected a whole ${packing} stream, this one is cut short`)
      : error;
  }
}

function notRead(packing: Packing): string {
  const how = REPACK[packing];
  return `expected gzip, xz, zstd, bzip2 or no packing, got ${packing}${how === undefined ? '' : `: pack it again (${how})`}`;
}

/** One decoder after the other, until nothing or only padding is left: xz pads with zeros, and so do tape drives. */
async function* frames(
  reader: ByteReader,
  decode: () => AsyncIterable<Uint8Array>,
): AsyncGenerator<Uint8Array, void, undefined> {
  while (await reader.skipZeros()) yield* decode();
}

async function* unzstd(reader: ByteReader): AsyncGenerator<Uint8Array, void, undefined> {
  if (await passOverZstdFrame(reader)) return;
  const params = { [constants.ZSTD_d_windowLogMax]: ZSTD_WINDOW_LOG };
  yield* through(gather(zstdFrame(reader)), createZstdDecompress({ chunkSize: CHUNK, params }));
}

/** What fails in the source fails in the loop that reads the decompressor. */
async function* through(
  source: AsyncIterable<Uint8Array>,
  decompressor: Transform,
): AsyncGenerator<Uint8Array, void, undefined> {
  pipeline(Readable.from(source), decompressor, () => {});
  try {
    yield* decompressor;
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : '';
    if (!/^Z(STD)?_/.test(code) || !(error instanceof Error)) throw error;
    throw new AltmapError('E_BAD_ENCODING', `expected a whole stream: ${error.message}`, {}, error);
  }
}

/** Headers of a few bytes and what follows them in pieces that are worth a call. */
async function* gather(source: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array, void, undefined> {
  let pieces: Uint8Array[] = [];
  let length = 0;
  for await (const piece of source) {
    pieces.push(piece);
    length += piece.length;
    if (length < CHUNK) continue;
    yield Buffer.concat(pieces);
    pieces = [];
    length = 0;
  }
  if (length > 0) yield Buffer.concat(pieces);
}
