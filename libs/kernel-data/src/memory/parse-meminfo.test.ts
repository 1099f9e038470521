import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseMeminfo } from './parse-meminfo.ts';

describe('parseMeminfo', () => {
  it('turns kB into bytes and keeps counts', () => {
    const { meminfo, diagnostics } = parseMeminfo(
      'MemTotal:        1005520 kB\nActive(anon):      12160 kB\nHugePages_Total:       7\nHugepagesize:      32768 kB\n',
    );
    expect(diagnostics).toEqual([]);
    expect(meminfo.totalBytes).toBe(1005520 * 1024);
    expect(meminfo.hugePageBytes).toBe(32 * 2 ** 20);
    expect(meminfo.fields.get('HugePages_Total')).toBe(7);
    expect(meminfo.fields.get('Active(anon)')).toBe(12160 * 1024);
  });

  it('says which line is wrong and keeps the rest', () => {
    const { meminfo, diagnostics } = parseMeminfo(
      'MemTotal: many kB\r\nMemFree: 1 kB\r\nBig: 9007199254740991 kB\r\nMemFree: 2 kB',
    );
    expect(meminfo.totalBytes).toBeNull();
    expect(meminfo.fields.get('MemFree')).toBe(1024);
    expect(diagnostics.map((d) => [d.line, d.severity])).toEqual([
      [1, 'error'],
      [3, 'error'],
      [4, 'warning'],
    ]);
  });

  it('never throws', () => {
    fc.assert(fc.property(fc.string({ unit: 'binary' }), (text) => void parseMeminfo(text)));
  });
});
