import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { reportedSize } from './reported-size.ts';

describe('reportedSize', () => {
  it('takes numbers, and numbers in strings, as exact', () => {
    expect(reportedSize(2147483648)).toMatchObject({ exact: 2147483648 });
    expect(reportedSize('0x3fe00000')).toMatchObject({ exact: 0x3fe00000 });
    expect(reportedSize('0')).toEqual({ exact: 0, low: 0, high: 0, text: '0' });
  });

  it('makes no exact number of a rounded figure', () => {
    const size = reportedSize('2016.00 MiB (2113.93 MB)');
    expect(size?.exact).toBeNull();
    expect(size?.text).toBe('2016.00 MiB (2113.93 MB)');
    expect(reportedSize('1022.00 MiB')?.exact).toBeNull();
  });

  it.each([-1, 1.5, 2 ** 53, 18446744073709551615n, 'much', '', null, undefined, true, []])(
    '%s is no size',
    (value) => {
      expect(reportedSize(value)).toBeNull();
    },
  );

  it('is null where the two figures of one text exclude each other', () => {
    expect(reportedSize('1.00 GiB (9.00 GB)')).toBeNull();
  });

  it('bounds the size that ndctl has rounded, to the nearest or down', () => {
    const round = (n: number, down: boolean): string =>
      ((down ? Math.floor(n * 100) : Math.round(n * 100)) / 100).toFixed(2);
    fc.assert(
      fc.property(fc.integer({ min: 5_120_000, max: 2 ** 50 }), fc.boolean(), (bytes, down) => {
        const [iec, si, name] =
          bytes < 2 ** 31 ? [2 ** 20, 1e6, 'M'] : bytes < 2 ** 41 ? [2 ** 30, 1e9, 'G'] : [2 ** 40, 1e12, 'T'];
        const size = reportedSize(`${round(bytes / iec, down)} ${name}iB (${round(bytes / si, down)} ${name}B)`);
        expect(size?.low).toBeLessThanOrEqual(bytes);
        expect(size?.high).toBeGreaterThanOrEqual(bytes);
      }),
    );
  });
});
