import { randomBytes } from 'node:crypto';
import { AltmapError } from '@altmap/protocol';
import { describe, expect, it } from 'vitest';
import { bzip2, HAS_BZIP2, streamOf } from '../../test/pack.ts';
import { bunzip2 } from './bunzip2.ts';
import { ByteReader } from './byte-reader.ts';

async function unpacked(packed: Uint8Array, chunkBytes = 64 * 1024): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of bunzip2(new ByteReader(streamOf(packed, chunkBytes)))) chunks.push(chunk);
  return Buffer.concat(chunks);
}

/** "hello\n", as bzip2 1.0.8 packs it. */
const HELLO = Buffer.from('QlpoOTFBWSZTWcHAgOIAAAFBAAAQAkSgADDNAMNGKZcXckU4UJDBwIDi', 'base64');

it('reads what a known version wrote', async () => {
  expect((await unpacked(HELLO)).toString()).toBe('hello\n');
  expect((await unpacked(Buffer.concat([HELLO, HELLO, Buffer.alloc(9)]), 1)).toString()).toBe('hello\nhello\n');
});

describe.skipIf(!HAS_BZIP2)('what bzip2(1) packs', () => {
  const text = Buffer.from(Array.from({ length: 60_000 }, (_, i) => `# CONFIG_${(i * i) % 977} is not set\n`).join(''));

  it.each<[string, Buffer]>([
    ['nothing', Buffer.alloc(0)],
    ['one byte', Buffer.from('a')],
    ['runs of 3 to 260 equal bytes', Buffer.concat([3, 4, 5, 255, 256, 258, 259, 260].map((n) => Buffer.alloc(n, n)))],
    [
      'a run that goes on in the next',
      Buffer.concat([Buffer.alloc(4, 'a'), Buffer.alloc(4, 'b'), Buffer.alloc(9, 'b')]),
    ],
    ['all bytes', Buffer.from(Array.from({ length: 1024 }, (_, i) => i & 0xff))],
    ['zeros', Buffer.alloc(3_000_000)],
    ['noise', randomBytes(300_000)],
    ['text of several blocks', text],
  ])('%s', async (_, bytes) => {
    for (const level of ['-1', '-9']) {
      const result = await unpacked(bzip2(bytes, level), 1000);
      expect(result.equals(bytes)).toBe(true);
    }
  });

  it('with one bit changed anywhere', async () => {
    const bytes = text.subarray(0, 3000);
    const whole = bzip2(bytes);
    for (let at = 0; at < whole.length; at++) {
      const changed = Buffer.from(whole);
      changed[at] = (changed[at] ?? 0) ^ (1 << (at % 8));
      const result = await unpacked(changed).catch((error: unknown) => error);
      // The bits behind the end of the last byte, and a larger block size than is needed, change nothing.
      if (result instanceof Buffer) expect(result.equals(bytes)).toBe(true);
      else expect([at, result instanceof Error && /^(AltmapError|Error)$/.test(result.name)]).toEqual([at, true]);
    }
  });

  it('with something behind it', async () => {
    await expect(unpacked(Buffer.concat([bzip2(text), Buffer.from('x')]))).rejects.toThrow(AltmapError);
  });
});
