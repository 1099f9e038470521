import { expect, test } from 'vitest';
import { formatBytes, formatPageSize } from './units.ts';

test.each([
  [0, '0'],
  [100, '100 B'],
  [4096, '4 KiB'],
  [5000, '4.88 KiB'],
  [10_001, '9.77 KiB'],
  [1022 * 2 ** 20, '1022 MiB'],
  [1030 * 2 ** 20, '1030 MiB'],
  [2 ** 31, '2 GiB'],
  [126 * 2 ** 30, '126 GiB'],
  [2 ** 40 + 4096, '1.00 TiB'],
  [16 * 2 ** 40, '16 TiB'],
])('%d bytes are %s', (bytes, text) => {
  expect(formatBytes(bytes)).toBe(text);
});

test('page sizes as people say them', () => {
  expect([4096, 16384, 65536, null].map(formatPageSize)).toEqual(['4K', '16K', '64K', '?']);
});
