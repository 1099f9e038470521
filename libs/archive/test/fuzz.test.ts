import { AltmapError } from '@altmap/protocol';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readArchive } from '../src/index.ts';
import { AVAILABLE_PACKINGS, packed, streamOf, tarOf } from './pack.ts';
import { readSample } from './sample.ts';
import { sosreportOf } from './sosreport.ts';
import { supportconfigOf } from './supportconfig.ts';
import { withChecksum } from './zeros.ts';

const sample = readSample('db-64k-02');
const { config: _, ...files } = Object.fromEntries(Object.entries(sosreportOf(sample, 'sos 4.0', 's/')));
const sosreport = await tarOf(files);
const supportconfig = await tarOf(supportconfigOf(sample, { pmem: true }));

/** What is done to the bytes, at places given as shares of the whole. */
type Change = {
  readonly do: 'flip' | 'cut' | 'repeat' | 'fill';
  readonly from: number;
  readonly to: number;
  readonly byte: number;
};

const share = fc.double({ min: 0, max: 1, noNaN: true });
const change: fc.Arbitrary<Change> = fc.record({
  do: fc.constantFrom('flip', 'flip', 'cut', 'repeat', 'fill'),
  from: share,
  to: share,
  byte: fc.integer({ min: 1, max: 255 }),
});

function spoil(bytes: Uint8Array, changes: readonly Change[]): Buffer {
  let result = Buffer.from(bytes);
  for (const { do: what, from, to, byte } of changes) {
    const at = Math.floor(Math.min(from, to) * result.length);
    const end = Math.min(Math.floor(Math.max(from, to) * result.length), at + 5000);
    if (what === 'flip' && at < result.length) result[at] = (result[at] ?? 0) ^ byte;
    else if (what === 'fill') result.fill(byte, at, end);
    else if (what === 'cut') result = Buffer.concat([result.subarray(0, at), result.subarray(end)]);
    else if (what === 'repeat') result = Buffer.concat([result.subarray(0, end), result.subarray(at)]);
  }
  return result;
}

/** A report that can be used, or an error with a code. */
async function check(bytes: Uint8Array, chunkBytes: number): Promise<void> {
  try {
    const { parts, host, absent, diagnostics } = await readArchive(streamOf(bytes, chunkBytes));
    expect(parts.size + absent.length).toBe(14);
    expect(parts.size).toBeGreaterThan(0);
    expect(`${host.name}${host.release}${diagnostics.map(({ message }) => message)}`).not.toMatch(/\p{Cc}/u);
    expect(diagnostics.length).toBeLessThan(300);
  } catch (error) {
    if (!(error instanceof AltmapError)) throw error;
    expect(error.code).toMatch(/^E_(ARCHIVE_\w+|BAD_ENCODING|UNPACKED_TOO_LARGE)$/);
    expect(error.message.length).toBeLessThan(3000);
    expect(error.message).not.toMatch(/\p{Cc}/u);
  }
}

const chunk = fc.integer({ min: 50, max: 20_000 });
const changes = fc.array(change, { minLength: 1, maxLength: 6 });

describe('spoilt archives give a report or a code', () => {
  it.each(AVAILABLE_PACKINGS)('%s', async (packing) => {
    const bases = [sosreport, supportconfig].map((tar) => packed(tar, packing));
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...bases), changes, chunk, async (base, list, chunkBytes) =>
        check(spoil(base, list), chunkBytes),
      ),
      { numRuns: 150 },
    );
  });

  it('headers that are spoilt and then sealed with the right checksum', async () => {
    const blocks = fc.array(
      fc.tuple(share, fc.array(fc.tuple(fc.nat(511), fc.nat(255)), { minLength: 1, maxLength: 8 })),
      {
        minLength: 1,
        maxLength: 5,
      },
    );
    await fc.assert(
      fc.asyncProperty(blocks, chunk, async (list, chunkBytes) => {
        const bytes = Buffer.from(sosreport);
        const headers = headersOf(sosreport);
        for (const [where, values] of list) {
          const at = headers[Math.floor(where * (headers.length - 1))] ?? 0;
          for (const [offset, value] of values) bytes[at + offset] = value;
          withChecksum(bytes.subarray(at, at + 512)).copy(bytes, at);
        }
        await check(bytes, chunkBytes);
      }),
      { numRuns: 300 },
    );
  });

  it('junk with the beginning of something', async () => {
    const magic = fc.constantFrom(
      [0x1f, 0x8b, 8, 0],
      [0xfd, 0x37, 0x7a, 0x58, 0x5a, 0, 0, 4],
      [0x28, 0xb5, 0x2f, 0xfd],
      [0],
      [],
    );
    await fc.assert(
      fc.asyncProperty(magic, fc.uint8Array({ maxLength: 3000 }), chunk, async (head, tail, chunkBytes) =>
        check(Buffer.concat([Uint8Array.from(head), tail]), chunkBytes),
      ),
      { numRuns: 300 },
    );
  });
});

function headersOf(tar: Uint8Array): readonly number[] {
  const magic = Buffer.from('ustar');
  const found: number[] = [];
  for (let at = Buffer.from(tar).indexOf(magic); at >= 0; at = Buffer.from(tar).indexOf(magic, at + 1)) {
    if (at % 512 === 257) found.push(at - 257);
  }
  return found;
}
