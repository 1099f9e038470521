import { AltmapError } from '@altmap/protocol';
import { type ByteReader, EndOfStream } from './byte-reader.ts';
import type { Meter } from './meter.ts';
import { parsePax } from './parse-pax.ts';
import { BLOCK, type TarHeader, tarHeader } from './tar-header.ts';

/** One member of a tar archive. Its content can be read until the next member is asked for. */
export interface TarMember {
  /** As it stands in the archive. */
  readonly name: string;
  readonly type: 'file' | 'directory' | 'link' | 'sparse file' | 'special file';
  readonly size: number;
  read(): Promise<Uint8Array>;
}

/** A pax header holds a name and some numbers. */
const MAX_PAX_BYTES = 64 * 1024;

/**
 * The members of a tar archive: ustar, pax, GNU and the format of V7. Ends where two empty blocks say so; without them the
 * archive is cut short, which no other sign tells when the cut is between two members.
 * @throws AltmapError E_ARCHIVE_FORMAT, E_ARCHIVE_PATH, E_ARCHIVE_ENTRIES, E_UNPACKED_TOO_LARGE
 */
export async function* tarMembers(reader: ByteReader, meter: Meter): AsyncGenerator<TarMember, void, undefined> {
  try {
    yield* members(reader, meter);
  } catch (error) {
    throw cutShort(error);
  }
}

function cutShort(error: unknown): unknown {
  if (!(error instanceof EndOfStream)) return error;
  return new AltmapError('E_ARCHIVE_FORMAT', 'expected a whole tar archive, this one is cut short');
}

async function* members(reader: ByteReader, meter: Meter): AsyncGenerator<TarMember, void, undefined> {
  const longNames = new LongNames(reader, meter);
  for (let position = 0; ; position++) {
    const header = tarHeader(await reader.read(BLOCK), position);
    if (header === null) break;
    meter.entry();
    if (await longNames.take(header)) continue;
    const { name, size, sparse } = longNames.apply(header);
    if (Buffer.byteLength(name) > meter.limits.pathBytes) throw nameTooLong(meter);
    const isSparse = sparse || header.flag === 'S';
    if (header.flag === 'S') await skipSparseMap(reader, header);
    if (hasNoData(header.flag)) {
      yield { name, type: typeOf(header.flag), size: 0, read: async () => new Uint8Array() };
      continue;
    }
    meter.announce(size);
    let unread = size;
    yield {
      name,
      type: isSparse ? 'sparse file' : typeOf(header.flag),
      size,
      // Called from outside of this generator, so nothing above catches what it throws.
      read: async () => {
        unread = 0;
        try {
          return await reader.read(size);
        } catch (error) {
          throw cutShort(error);
        }
      },
    };
    await reader.skip(unread + padding(size));
  }
  await expectEnd(reader);
}

async function expectEnd(reader: ByteReader): Promise<void> {
  const second = await reader.read(BLOCK);
  if (second.some((byte) => byte !== 0) || (await reader.skipZeros()))
    throw new AltmapError('E_ARCHIVE_FORMAT', 'expected nothing after the end of the tar archive');
}

/** The headers that stand before a member and say what does not fit into its own. */
class LongNames {
  readonly #reader: ByteReader;
  readonly #meter: Meter;
  #name: string | null = null;
  #pax: ReadonlyMap<string, string> = new Map();
  #always: ReadonlyMap<string, string> = new Map();

  constructor(reader: ByteReader, meter: Meter) {
    this.#reader = reader;
    this.#meter = meter;
  }

  /** False where the header is that of a member. */
  async take({ flag, size }: TarHeader): Promise<boolean> {
    if (flag === 'L' || flag === 'K') {
      // Up to and with the NUL.
      if (size > this.#meter.limits.pathBytes + 1) throw nameTooLong(this.#meter);
      const text = new TextDecoder().decode(await this.#content(size));
      if (flag === 'L') this.#name = text.split('\0', 1)[0] ?? '';
      return true;
    }
    if (flag !== 'x' && flag !== 'g') return false;
    if (size > MAX_PAX_BYTES)
      throw new AltmapError('E_ARCHIVE_FORMAT', `expected a pax header of at most ${MAX_PAX_BYTES} bytes, got ${size}`);
    const records = parsePax(await this.#content(size));
    if (flag === 'x') this.#pax = records;
    else this.#always = new Map([...this.#always, ...records]);
    return true;
  }

  /** What they say of the member that follows; then they are used up. */
  apply(header: TarHeader): { name: string; size: number; sparse: boolean } {
    const records = new Map([...this.#always, ...this.#pax]);
    const name = records.get('GNU.sparse.name') ?? records.get('path') ?? this.#name ?? header.name;
    const size = records.get('size');
    const sparse = [...records.keys()].some((key) => key.startsWith('GNU.sparse.'));
    this.#pax = new Map();
    this.#name = null;
    return { name, size: size === undefined ? header.size : paxSize(size), sparse };
  }

  async #content(size: number): Promise<Uint8Array> {
    const bytes = await this.#reader.read(size);
    await this.#reader.skip(padding(size));
    return bytes;
  }
}

function paxSize(text: string): number {
  const size = /^\d{1,16}$/.test(text) ? Number(text) : Number.NaN;
  if (Number.isSafeInteger(size)) return size;
  throw new AltmapError(
    'E_ARCHIVE_FORMAT',
    `expected a size in a pax header, got ${JSON.stringify(text.slice(0, 40))}`,
  );
}

/** GNU's old sparse files have more headers where the first one has no room for the whole map. */
async function skipSparseMap(reader: ByteReader, header: TarHeader): Promise<void> {
  for (let more = header.sparseMapGoesOn; more; ) more = (await reader.read(BLOCK))[504] === 1;
}

/** Links, devices, directories and pipes: whatever the header says of a size, nothing follows. */
function hasNoData(flag: string): boolean {
  return /^[1-6]$/.test(flag);
}

function typeOf(flag: string): TarMember['type'] {
  if (flag === '0' || flag === '7') return 'file';
  if (flag === '1' || flag === '2') return 'link';
  return flag === '5' ? 'directory' : 'special file';
}

function padding(size: number): number {
  return (BLOCK - (size % BLOCK)) % BLOCK;
}

function nameTooLong(meter: Meter): AltmapError {
  return new AltmapError('E_ARCHIVE_PATH', `expected names of at most ${meter.limits.pathBytes} bytes`);
}
