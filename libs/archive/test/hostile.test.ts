import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createZstdCompress, constants, gzipSync } from 'node:zlib';
import { AltmapError } from '@altmap/protocol';
import { describe, expect, it } from 'vitest';
import { type ArchiveLimits, ARCHIVE_LIMITS, type ArchiveReport, readArchive } from '../src/index.ts';
import { AVAILABLE_PACKINGS, type Entry, HAS_XZ, packed, streamOf, tarOf, xz } from './pack.ts';
import { readSample, textOf } from './sample.ts';
import { sosreportOf } from './sosreport.ts';
import { withSize, zeros } from './zeros.ts';

const MIB = 2 ** 20;
const IOMEM = '40000000-7fffffff : System RAM\n';
const GOOD: Entry = { name: 'iomem', content: IOMEM };

const read = async (entries: readonly Entry[], limits: Partial<ArchiveLimits> = {}): Promise<ArchiveReport> =>
  readArchive(streamOf(await tarOf(entries)), { limits });

/** The code that a reading ends with; "no error" where it does not. */
async function codeOf(reading: Promise<unknown>): Promise<string> {
  try {
    await reading;
    return 'no error';
  } catch (error) {
    if (error instanceof AltmapError) return error.code;
    throw error;
  }
}

describe('names', () => {
  const long = `${'d'.repeat(90)}/`.repeat(4);

  it.each(['../../etc/cron.d/iomem', 'a/../../iomem', '..', `${long}../iomem`, '/../proc/iomem'])(
    '%s leaves the archive',
    async (name) => {
      expect(await codeOf(read([GOOD, { name, content: IOMEM }]))).toBe('E_ARCHIVE_PATH');
      expect(await codeOf(read([GOOD, { name, type: 'symlink', linkname: 'iomem' }]))).toBe('E_ARCHIVE_PATH');
    },
  );

  it('that are absolute are names like others', async () => {
    const { sources } = await read([{ name: '/proc/iomem', content: IOMEM }]);
    expect([...sources]).toEqual([['iomem', 'proc/iomem']]);
  });

  it('that are long: in pax and GNU headers, and in the prefix of ustar', async () => {
    for (const name of [`${long}host/iomem`, `${'ü'.repeat(200)}/iomem`, `${'p'.repeat(120)}/host/iomem`]) {
      const { sources } = await read([{ name, content: IOMEM }]);
      expect([...sources]).toEqual([['iomem', name]]);
    }
    const name = `${'d/'.repeat(2048)}iomem`;
    expect(await codeOf(read([{ name, content: IOMEM }]))).toBe('E_ARCHIVE_PATH');
    expect(await codeOf(read([{ name, content: IOMEM }], { pathBytes: 10_000 }))).toBe('no error');
  });

  it('with newlines, escapes and other control characters are passed over, and shown without them', async () => {
    const names = ['a\nb/iomem', 'x\u001b[2J/iomem', '\u009b/config', 'tab\t/config'];
    const report = await read([GOOD, ...names.map((name) => ({ name, content: 'CONFIG_X=y\n' }))]);
    expect([...report.sources]).toEqual([['iomem', 'iomem']]);
    expect(report.diagnostics).toHaveLength(names.length);
    expect(JSON.stringify(report.diagnostics)).not.toMatch(/\p{Cc}/u);
    expect(report.diagnostics[1]?.message).toBe('"x\\u001b[2J/iomem" is passed over');
  });

  it('that come twice: the last one counts, as when it is unpacked', async () => {
    const report = await read([GOOD, { name: './iomem', content: '80000000-ffffffff : System RAM\n' }]);
    expect(textOf(report.parts.get('iomem'))).toMatch(/^80000000/);
    expect(report.diagnostics[0]?.message).toMatch(/more than once/);
  });
});

describe('members that are no files', () => {
  const types = ['symlink', 'link', 'character-device', 'block-device', 'fifo', 'directory'] as const;

  it.each(types)('a %s', async (type) => {
    const odd: Entry = { name: 'config', type, linkname: '/etc/shadow', devmajor: 1, devminor: 5 };
    const report = await read([odd, GOOD]);
    expect([...report.parts.keys()]).toEqual(['iomem']);
    expect(await codeOf(read([odd]))).toBe('E_ARCHIVE_EMPTY');
  });

  it('a link to a file in the archive is said, not followed', async () => {
    const report = await read([
      { name: 'boot', content: 'x' },
      { name: 'config', type: 'link', linkname: 'boot' },
      GOOD,
    ]);
    expect(report.absent).toContainEqual({ kind: 'config', reason: 'config: a link, which is not followed' });
  });
});

describe('numbers', () => {
  const junk = (count: number): readonly Entry[] =>
    Array.from({ length: count }, (_, i) => ({ name: `d${i % 100}/f${i}`, content: '' }));

  it('10,000 members are read, and 100,001 are not', async () => {
    expect(await codeOf(read(junk(10_000)))).toBe('E_ARCHIVE_EMPTY');
    expect([...(await read([...junk(9_999), GOOD])).parts.keys()]).toEqual(['iomem']);
    expect(await codeOf(read([...junk(9_999), GOOD], { entries: 9_999 }))).toBe('E_ARCHIVE_ENTRIES');
    const many = repeated(await tarOf([{ name: 'x', content: '' }]), 512, 100_001);
    expect(await codeOf(readArchive(many))).toBe('E_ARCHIVE_ENTRIES');
  });

  it('headers without members count as well', async () => {
    const headers = await tarOf([{ name: 'ü'.repeat(60), content: '' }]);
    expect(await codeOf(readArchive(repeated(headers, 1536, 60_000)))).toBe('E_ARCHIVE_ENTRIES');
  });

  it('10,000 members of which each could matter: kept up to a bound', async () => {
    const configs = Array.from({ length: 10_000 }, (_, i) => ({
      name: `boot/config-6.${i}`,
      content: 'x'.repeat(100),
    }));
    expect(await codeOf(read(configs, { keptMembers: 9_000 }))).toBe('E_ARCHIVE_ENTRIES');
    expect(await codeOf(read(configs, { keptBytes: 900_000 }))).toBe('E_UNPACKED_TOO_LARGE');
    expect(await codeOf(read(configs))).toBe('E_ARCHIVE_EMPTY');
  });

  it('a member that says to have 8 GiB', async () => {
    const header = withSize((await tarOf([GOOD])).subarray(0, 512), 8 * 2 ** 30);
    expect(await codeOf(readArchive(streamOf(header)))).toBe('E_UNPACKED_TOO_LARGE');
    expect(await codeOf(readArchive(streamOf(withSize(header, 2 ** 60))))).toBe('E_ARCHIVE_FORMAT');
    expect(await codeOf(readArchive(streamOf(withSize(header, 1 * MIB))))).toBe('E_ARCHIVE_FORMAT');
  });

  it('a part that is too large is left out, and the others are not', async () => {
    const report = await read([GOOD, { name: 'config', content: 'x'.repeat(2000) }], { memberBytes: 1000 });
    expect([...report.parts.keys()]).toEqual(['iomem']);
    expect(report.absent[0]).toEqual({ kind: 'config', reason: 'config: 2000 bytes, expected at most 1000' });
    const bomb = await read([GOOD, { name: 'config.gz', content: gzipSync(Buffer.alloc(17 * MIB)) }]);
    expect(bomb.absent[0]?.reason).toBe('config.gz: more than 16777216 bytes when unpacked');
  });

  it('more packed, and more unpacked bytes than the limits', async () => {
    const tar = await tarOf([GOOD]);
    const limited = (limits: Partial<ArchiveLimits>): Promise<unknown> =>
      readArchive(streamOf(gzipSync(tar)), { limits });
    expect(await codeOf(limited({ packedBytes: 50 }))).toBe('E_BODY_TOO_LARGE');
    expect(await codeOf(limited({ unpackedBytes: 1500 }))).toBe('E_UNPACKED_TOO_LARGE');
    expect(await codeOf(limited({}))).toBe('no error');
    expect(await codeOf(readArchive(streamOf(Buffer.alloc(17 * MIB, 'CONFIG_X=y\n'))))).toBe('E_UNPACKED_TOO_LARGE');
  });

  it.each(AVAILABLE_PACKINGS.filter((packing) => packing !== 'plain'))('1 GB of zeros, %s', async (packing) => {
    for (const name of [null, 'boot/config-6.1.0', 'var/log/lastlog']) {
      let taken = 0;
      const counted = (async function* () {
        for await (const chunk of zeros(packing, 2 ** 30, name)) {
          taken += chunk.length;
          yield chunk;
        }
      })();
      expect(await codeOf(readArchive(counted))).toBe('E_ARCHIVE_RATIO');
      // It stops early: 1 GB packs to a hundred kilobytes in zstd, to a megabyte in gzip.
      expect(taken).toBeLessThan(3 * 64 * 1024);
    }
  });
});

describe('what is no archive, or damaged', () => {
  it.each([
    ['nothing', ''],
    ['a picture', '\u0089PNG\r\n\u001a\n'.repeat(100)],
    ['a text about something else', 'hello\n'.repeat(1000)],
    ['zip', 'PK\u0003\u0004'.repeat(300)],
    ['lzip', 'LZIP\u0001'.repeat(300)],
  ])('%s', async (_, text) => {
    expect(await codeOf(readArchive(streamOf(Buffer.from(text, 'latin1'))))).toBe('E_ARCHIVE_FORMAT');
  });

  it('tells how to pack again what it cannot read', async () => {
    await expect(readArchive(streamOf(Buffer.from('LZIP\u0001')))).rejects.toThrow('lzip -dc FILE | gzip > FILE.gz');
  });

  it('archives in the archive, and packings in the packing', async () => {
    const inner = gzipSync(await tarOf([GOOD]));
    expect(
      await codeOf(
        read([
          { name: 'c/sosreport-a.tar.gz', content: inner },
          { name: 'c/b.tar.xz', content: 'x' },
        ]),
      ),
    ).toBe('E_ARCHIVE_NESTED');
    expect(await codeOf(readArchive(streamOf(gzipSync(inner))))).toBe('E_ARCHIVE_NESTED');
    const report = await read([GOOD, { name: 'old.tar.gz', content: inner }]);
    expect(report.diagnostics).toEqual([
      expect.objectContaining({ source: 'old.tar.gz', message: 'an archive in the archive: it is not opened' }),
    ]);
  });

  it('two hosts', async () => {
    const entries = ['a', 'b'].flatMap((host) => [
      { name: `fleet/${host}/iomem`, content: IOMEM },
      { name: `fleet/${host}/version`, content: 'Linux version 6.1.0\n' },
    ]);
    expect(await codeOf(read(entries))).toBe('E_ARCHIVE_FORMAT');
    expect(await codeOf(read(entries.slice(0, 3)))).toBe('no error');
    expect((await read(entries.slice(0, 3))).diagnostics[0]).toMatchObject({
      source: 'fleet/b/iomem',
      severity: 'info',
    });
  });

  it('something behind the end', async () => {
    const tar = await tarOf([GOOD]);
    expect(await codeOf(readArchive(streamOf(Buffer.concat([tar, Buffer.alloc(100_000)]))))).toBe('no error');
    expect(await codeOf(readArchive(streamOf(Buffer.concat([tar, tar]))))).toBe('E_ARCHIVE_FORMAT');
    expect(await codeOf(readArchive(streamOf(Buffer.concat([tar, Buffer.from('x')]))))).toBe('E_ARCHIVE_FORMAT');
  });

  it.each(AVAILABLE_PACKINGS)('cut at every 1,000th byte, %s', async (packing) => {
    const sample = readSample('db-64k-02');
    const tar = await tarOf(sosreportOf(sample, 'sos 4.0'));
    const whole = packed(Buffer.concat([tar, Buffer.alloc(10_240 - (tar.length % 10_240))]), packing);
    const report = await readArchive(streamOf(whole));
    const codes = new Set<string>();
    for (let length = 0; length < whole.length; length += packing === 'plain' ? 1000 : 100) {
      const reading = readArchive(streamOf(whole.subarray(0, length)));
      const code = await codeOf(reading);
      codes.add(code);
      // Behind the two empty blocks that end a tar there is only padding.
      if (code === 'no error') expect([packing, await reading]).toEqual(['plain', report]);
      if (code === 'no error') expect(length).toBeGreaterThanOrEqual(tar.length);
    }
    codes.delete('no error');
    expect([...codes].sort()).toEqual(
      packing === 'plain' ? ['E_ARCHIVE_FORMAT'] : ['E_ARCHIVE_FORMAT', 'E_BAD_ENCODING'],
    );
  });
});

describe('packings', () => {
  it.each(AVAILABLE_PACKINGS.filter((packing) => packing !== 'plain'))('%s in several streams', async (packing) => {
    const tar = await tarOf([GOOD, { name: 'version', content: 'Linux version 6.1.0\n' }]);
    const parts = [tar.subarray(0, 700), tar.subarray(700, 701), tar.subarray(701)].map((part) =>
      packed(part, packing),
    );
    const expected = await readArchive(streamOf(tar));
    for (const chunkBytes of [1, 7, 64 * 1024]) {
      expect(await readArchive(streamOf(Buffer.concat(parts), chunkBytes))).toEqual(expected);
      const padded = [...parts, Buffer.alloc(512)];
      expect(await readArchive(streamOf(Buffer.concat(padded), chunkBytes))).toEqual(expected);
      const garbage = Buffer.concat([...parts, Buffer.from('garbage')]);
      expect(await codeOf(readArchive(streamOf(garbage, chunkBytes)))).toBe('E_BAD_ENCODING');
    }
  });

  it('zstd frames that decoders pass over', async () => {
    const filler = Buffer.from([0x5f, 0x2a, 0x4d, 0x18, 3, 0, 0, 0, 1, 2, 3]);
    const frame = packed(await tarOf([GOOD]), 'zstd');
    expect(await codeOf(readArchive(streamOf(Buffer.concat([frame, filler]))))).toBe('no error');
    expect(await codeOf(readArchive(streamOf(Buffer.concat([frame, filler.subarray(0, 9)]))))).toBe('E_BAD_ENCODING');
  });

  it('zstd that needs a window of 128 MiB', async () => {
    const compress = createZstdCompress({ params: { [constants.ZSTD_c_windowLog]: 27 } });
    compress.end(await tarOf([GOOD]));
    expect(await codeOf(readArchive(compress))).toBe('E_BAD_ENCODING');
  });

  describe.skipIf(!HAS_XZ)('xz', () => {
    it.each(['--check=none', '--check=crc32', '--check=crc64', '--block-size=1000', '-9e', '-0'])(
      '%s',
      async (option) => {
        const sample = readSample('db-64k-02');
        const tar = await tarOf(sosreportOf(sample, 'sos 4.7'));
        expect(await readArchive(streamOf(xz(tar, option)))).toEqual(await readArchive(streamOf(tar)));
      },
    );

    it.each([
      ['a check that the decoder does not know', ['--check=sha256']],
      ['a dictionary of 128 MiB', ['--lzma2=dict=128MiB']],
      ['a filter for programs', ['--arm', '--lzma2']],
    ])('%s', async (_, options) => {
      expect(await codeOf(readArchive(streamOf(xz(await tarOf([GOOD]), ...options))))).toBe('E_BAD_ENCODING');
    });

    it('with one bit changed anywhere', async () => {
      const whole = xz(await tarOf([GOOD]));
      const expected = await readArchive(streamOf(whole));
      const unseen: number[] = [];
      for (let at = 6; at < whole.length; at++) {
        const changed = Buffer.from(whole);
        changed[at] = (changed[at] ?? 0) ^ 0x10;
        const reading = readArchive(streamOf(changed));
        const code = await codeOf(reading);
        if (code === 'no error') {
          unseen.push(at);
          expect(await reading).toEqual(expected);
        } else expect([at, code]).toEqual([at, 'E_BAD_ENCODING']);
      }
      // The decoder does not look at the first byte of the range coder, which is always zero.
      expect(unseen).toEqual([30]);
    });

    it('several at once, one of which stalls and one of which is given up', async () => {
      const tar = await tarOf(sosreportOf(readSample('db-64k-02'), 'sos 4.7'));
      const whole = xz(tar);
      const expected = await readArchive(streamOf(tar));
      const stalled = readArchive(stalling(whole.subarray(0, 9000)), { limits: { milliseconds: 300 } });
      const givenUp = readArchive(streamOf(whole), { signal: AbortSignal.timeout(20) });
      const others = [1, 2, 3].map(() => readArchive(streamOf(whole)));
      await Promise.all([
        expect(codeOf(stalled)).resolves.toBe('E_REQUEST_TIMEOUT'),
        expect(givenUp).rejects.toThrow(/timeout/),
        expect(Promise.all(others)).resolves.toEqual([expected, expected, expected]),
      ]);
    });
  });
});

describe('time', () => {
  it.each(['plain', 'gzip', 'zstd'] as const)('a %s stream that stalls', async (packing) => {
    const bytes = packed(await tarOf([GOOD]), packing);
    const source = stalling(bytes.subarray(0, bytes.length - 10));
    expect(await codeOf(readArchive(source, { limits: { milliseconds: 100 } }))).toBe('E_REQUEST_TIMEOUT');
  });

  it('ends with the reason of the signal, before and after the first byte', async () => {
    const reason = new Error('the client is gone');
    const tar = await tarOf([GOOD]);
    await expect(readArchive(streamOf(tar), { signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
    const controller = new AbortController();
    const reading = readArchive(stalling(tar.subarray(0, 700)), { signal: controller.signal });
    setTimeout(() => controller.abort(reason), 20);
    await expect(reading).rejects.toBe(reason);
  });

  it('tells the source that it reads no further', async () => {
    let returned = false;
    const source = (async function* () {
      try {
        for (;;) yield Buffer.alloc(64 * 1024, 'x');
      } finally {
        returned = true;
      }
    })();
    expect(await codeOf(readArchive(source, { limits: { packedBytes: MIB } }))).toBe('E_BODY_TOO_LARGE');
    expect(returned).toBe(true);
  });
});

const IS_GNU_TAR = spawnSync('tar', ['--version']).stdout?.toString().includes('GNU tar') ?? false;

describe.skipIf(!IS_GNU_TAR)(`GNU tar${IS_GNU_TAR ? '' : ' (skipped: it is not on the PATH)'}`, () => {
  const made = (options: readonly string[]): Buffer => {
    const folder = mkdtempSync(join(tmpdir(), 'altmap-archive-'));
    try {
      writeFileSync(join(folder, 'iomem'), IOMEM);
      writeFileSync(join(folder, 'config'), '');
      truncateSync(join(folder, 'config'), 3 * MIB);
      writeFileSync(join(folder, 'l'.repeat(200)), '');
      writeFileSync(join(folder, 'version'), 'Linux version 6.1.0 (a@b) #1\n');
      return execFileSync('tar', ['-c', '-C', folder, ...options, '.'], { maxBuffer: 64 * MIB });
    } finally {
      rmSync(folder, { recursive: true });
    }
  };

  it.each(['gnu', 'oldgnu', 'pax', 'ustar', 'v7'])('--format=%s', async (format) => {
    // V7 and ustar have no room for names of 200 characters.
    const short = format === 'ustar' || format === 'v7' ? ['--exclude=./l*'] : [];
    const { parts } = await readArchive(streamOf(made([`--format=${format}`, ...short])));
    expect(textOf(parts.get('iomem'))).toBe(IOMEM);
    expect([...parts.keys()].sort()).toEqual(['config', 'iomem', 'version']);
  });

  it.each(['--sparse-version=0.0', '--sparse-version=0.1', '--sparse-version=1.0', '--format=gnu'])(
    '-S %s',
    async (option) => {
      const format = option.startsWith('--format') ? [] : ['--format=pax'];
      const { parts, absent } = await readArchive(streamOf(made(['-S', ...format, option])));
      expect([...parts.keys()].sort()).toEqual(['iomem', 'version']);
      expect(absent[0]).toEqual({ kind: 'config', reason: 'config: a sparse file' });
    },
  );
});

it('takes whole sosreports by its own limits', () => {
  expect(ARCHIVE_LIMITS).toMatchObject({ packedBytes: 512 * MIB, entries: 100_000, memberBytes: 16 * MIB });
});

/** The first bytes of something, that many times. */
async function* repeated(bytes: Uint8Array, length: number, times: number): AsyncGenerator<Uint8Array> {
  const piece = Buffer.concat(Array.from({ length: 100 }, () => bytes.subarray(0, length)));
  for (let left = times; left > 0; left -= 100) yield piece.subarray(0, Math.min(left, 100) * length);
}

async function* stalling(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes;
  await new Promise(() => {});
}
