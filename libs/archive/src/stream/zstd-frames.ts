import { AltmapError } from '@altmap/protocol';
import type { ByteReader } from './byte-reader.ts';

const FRAME = 0xfd2fb528;
/** 16 magic numbers for frames that decoders pass over; pzstd writes them. */
const SKIPPABLE = 0x184d2a50;

/** What a decoder must hold: zstd -19 needs 8 MiB, --ultra -22 needs 128 MiB. */
export const ZSTD_WINDOW_LOG = 26;

/** Passes over the skippable frame that stands at the reader; false where none does. */
export async function passOverZstdFrame(reader: ByteReader): Promise<boolean> {
  const magic = littleEndian(await reader.peek(4));
  if (Math.floor(magic / 16) !== SKIPPABLE / 16) return false;
  await reader.skip(4);
  await reader.skip(littleEndian(await reader.read(4)));
  return true;
}

/**
 * The bytes of the frame that stands at the reader (RFC 8878, 3.1), so that each frame gets a decoder of its own: Node's
 * stops after the first frame when the next one comes in the same chunk.
 */
export async function* zstdFrame(reader: ByteReader): AsyncGenerator<Uint8Array, void, undefined> {
  const magic = await reader.read(4);
  if (littleEndian(magic) !== FRAME)
    throw new AltmapError('E_BAD_ENCODING', 'expected nothing after the last zstd frame');
  yield magic;
  const descriptor = await reader.read(1);
  yield descriptor;
  const flags = descriptor[0] ?? 0;
  const oneSegment = (flags & 0x20) !== 0;
  const sizeBytes = [oneSegment ? 1 : 0, 2, 4, 8][flags >> 6] ?? 0;
  yield* reader.pieces((oneSegment ? 0 : 1) + ([0, 1, 2, 4][flags & 3] ?? 0) + sizeBytes);
  for (let last = false; !last; ) {
    const header = await reader.read(3);
    yield header;
    const bits = littleEndian(header);
    last = (bits & 1) === 1;
    const isRunOfOneByte = ((bits >> 1) & 3) === 1;
    yield* reader.pieces(isRunOfOneByte ? 1 : bits >> 3);
  }
  if ((flags & 4) !== 0) yield* reader.pieces(4);
}

function littleEndian(bytes: Uint8Array): number {
  return bytes.reduceRight((value, byte) => value * 256 + byte, 0);
}
