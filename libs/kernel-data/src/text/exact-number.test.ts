import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { exactHex, exactNumber } from './exact-number.ts';

describe('exactNumber', () => {
  it('is exact up to 2^53 - 1 and refuses what is above', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: 0n, max: 2n ** 64n }), fc.nat({ max: 5 }), (n, zeros) => {
        const expected = n <= 2n ** 53n - 1n ? Number(n) : 'too-large';
        const lead = '0'.repeat(zeros);
        expect(exactNumber(lead + n.toString())).toBe(expected);
        expect(exactNumber(`0x${lead}${n.toString(16)}`)).toBe(expected);
        expect(exactHex(lead + n.toString(16).toUpperCase())).toBe(expected);
      }),
    );
    expect(exactNumber('9007199254740991')).toBe(2 ** 53 - 1);
    expect(exactNumber('9007199254740992')).toBe('too-large');
    expect(exactHex('20000000000000')).toBe('too-large');
    expect(exactNumber('0')).toBe(0);
  });

  it.each(['', '-1', '1.5', '1e3', '0x', '12k', ' 1', '0xg'])('%j is no number', (text) => {
    expect(exactNumber(text)).toBe('not-a-number');
  });
});
