import { AltmapError } from '@altmap/protocol';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { parsePax } from './parse-pax.ts';

const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text);

it('reads records by their length, newlines and blanks in them included', () => {
  expect([...parsePax(bytesOf('20 path=a b/c=d\ne f\n13 size=1024\n8 k=ü\n\n'))]).toEqual([
    ['path', 'a b/c=d\ne f'],
    ['size', '1024'],
    ['k', 'ü\n'],
  ]);
  expect([...parsePax(bytesOf('5 a=\n\0\0\0'))]).toEqual([['a', '']]);
  expect([...parsePax(new Uint8Array())]).toEqual([]);
});

it('takes any bytes, and always ends', () => {
  const piece = fc.oneof(fc.constantFrom('6 a=b\n', '5 a=\n', '\n', ' ', '1', '=', '10 path=x\n', '\0'), fc.string());
  fc.assert(
    fc.property(
      fc.array(piece, { maxLength: 20 }).map((pieces) => pieces.join('')),
      (text) => {
        try {
          return parsePax(bytesOf(text)).size <= text.length;
        } catch (error) {
          return error instanceof AltmapError && error.code === 'E_ARCHIVE_FORMAT';
        }
      },
    ),
    { numRuns: 1000 },
  );
});
