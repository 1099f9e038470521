import { describe, expect, it } from 'vitest';
import { parsePageSize } from './page-size.ts';

describe('parsePageSize', () => {
  it.each([
    ['4096\n', 4096],
    ['16384', 16384],
    [' 65536 ', 65536],
    ['64K', 65536],
    ['16 KiB', 16384],
  ])('%j', (text, size) => {
    expect(parsePageSize(text)).toEqual({ pageSize: size, diagnostics: [] });
  });

  it.each(['', '8192', '4', '-4096', '4096 4096', '0x1000', 'undefined'])('refuses %j', (text) => {
    expect(parsePageSize(text).pageSize).toBeNull();
    expect(parsePageSize(text).diagnostics).toMatchObject([{ severity: 'error', expected: '4096, 16384 or 65536' }]);
  });
});
