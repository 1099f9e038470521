import { AltmapError } from '@altmap/protocol';
import { describe, expect, it } from 'vitest';
import { ARCHIVE_LIMITS } from '../limits.ts';
import { type Entry, streamOf, tarOf } from '../../test/pack.ts';
import { withChecksum } from '../../test/zeros.ts';
import { ByteReader } from './byte-reader.ts';
import { Meter } from './meter.ts';
import { tarMembers } from './tar-members.ts';

async function members(tar: Uint8Array, chunkBytes?: number) {
  const found = [];
  for await (const member of tarMembers(new ByteReader(streamOf(tar, chunkBytes)), new Meter(ARCHIVE_LIMITS))) {
    const content = member.name.startsWith('unread') ? null : Buffer.from(await member.read()).toString();
    found.push({ name: member.name, type: member.type, size: member.size, content });
  }
  return found;
}

const file = (name: string, content: string) => ({ name, type: 'file', size: Buffer.byteLength(content), content });

it('members read and unread, in chunks of any size', async () => {
  const entries: readonly Entry[] = [
    { name: 'dir/', type: 'directory' },
    { name: 'dir/a', content: 'a'.repeat(1000) },
    { name: 'unread', content: 'b'.repeat(513) },
    { name: 'empty', content: '' },
    { name: 'link', type: 'symlink', linkname: 'dir/a' },
    { name: `${'ü'.repeat(300)}/c`, content: 'c'.repeat(512) },
  ];
  const expected = [
    { name: 'dir/', type: 'directory', size: 0, content: '' },
    file('dir/a', 'a'.repeat(1000)),
    { ...file('unread', 'b'.repeat(513)), content: null },
    file('empty', ''),
    { name: 'link', type: 'link', size: 0, content: '' },
    file(`${'ü'.repeat(300)}/c`, 'c'.repeat(512)),
  ];
  const tar = await tarOf(entries);
  for (const chunkBytes of [1, 100, 511, 512, 513, 10_000]) expect(await members(tar, chunkBytes)).toEqual(expected);
});

describe('headers', () => {
  const changed = async (
    change: (header: Buffer) => void,
    seal: (header: Buffer) => Buffer = withChecksum,
  ): Promise<Buffer> => {
    const tar = await tarOf([{ name: 'f', content: 'content' }]);
    const header = Buffer.from(tar.subarray(0, 512));
    change(header);
    return Buffer.concat([seal(header), tar.subarray(512)]);
  };
  const codeOf = async (tar: Buffer): Promise<string> => {
    const error = await members(tar).then(
      () => null,
      (reason: unknown) => reason,
    );
    return error instanceof AltmapError ? `${error.code}: ${error.message}` : 'no error';
  };

  it('of V7, without magic: a slash at the end is a directory', async () => {
    expect(await members(await changed((header) => header.fill(0, 257)))).toEqual([file('f', 'content')]);
    const directory = await changed((header) => {
      header.fill(0, 257);
      header.write('f/', 0);
      header.write('00000000000\0', 124);
    });
    const [only] = await members(Buffer.concat([directory.subarray(0, 512), Buffer.alloc(1024)]));
    expect(only).toEqual({ name: 'f/', type: 'directory', size: 0, content: '' });
  });

  it('of GNU have no prefix, but other fields there', async () => {
    const tar = await changed((header) => {
      header.write('ustar  \0', 257);
      header.write('12345670123', 345);
    });
    expect(await members(tar)).toEqual([file('f', 'content')]);
  });

  it('whose checksum was made of signed bytes', async () => {
    const tar = await changed(
      (header) => header.write('\u00ff\u00fe', 0, 'latin1'),
      (header) => {
        const bytes = Buffer.from(header);
        bytes.fill(' ', 148, 156);
        const sum = bytes.reduce((total, byte) => total + (byte < 128 ? byte : byte - 256), 0);
        bytes.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148);
        return bytes;
      },
    );
    expect((await members(tar))[0]?.content).toBe('content');
  });

  it.each<[string, (header: Buffer) => void, RegExp]>([
    ['a negative size', (header) => header.fill(0xff, 124, 136), /expected a size in tar header 1/],
    ['a size that is no number', (header) => header.write('12x', 124), /expected a size in tar header 1/],
    [
      'a size of 2^62',
      (header) => header.fill(0, 124, 136).writeUInt8(0x80, 124) && header.writeUInt8(0x40, 128),
      /expected a size/,
    ],
    [
      'a long name of 1 GB',
      (header) => header.write('L', 156) && header.write('07777777777\0', 124),
      /^E_ARCHIVE_PATH/,
    ],
    [
      'a pax header of 1 GB',
      (header) => header.write('x', 156) && header.write('07777777777\0', 124),
      /pax header of at most/,
    ],
    ['pax records that are none', (header) => header.write('x', 156), /expected "LENGTH KEY=VALUE" at byte 0/],
  ])('%s', async (_, change, expected) => {
    expect(await codeOf(await changed(change))).toMatch(expected);
  });

  it('with another checksum', async () => {
    expect(
      await codeOf(
        await changed(
          (header) => header.write('g', 0),
          (header) => header,
        ),
      ),
    ).toBe('E_ARCHIVE_FORMAT: expected a tar header after 0 others, got a block with another checksum');
  });

  it.each(['pax size', '9 size=x\n', '11 size=-1\n', '9999 a=b\n', '5 a=b', '6 a=b\n\n\n', '0 a=b\n', '6 =bc\n'])(
    'pax record %j',
    async (record) => {
      const [pax, plain] = [await tarOf([{ name: 'p', content: record }]), await tarOf([{ name: 'f', content: 'x' }])];
      const header = Buffer.from(pax.subarray(0, 512));
      header.write('x', 156);
      expect(await codeOf(Buffer.concat([withChecksum(header), pax.subarray(512, 1024), plain]))).toMatch(
        /^E_ARCHIVE_FORMAT/,
      );
    },
  );
});
