import { expect, it } from 'vitest';
import { parseDuration } from './parse-duration.ts';

it('takes a number with its unit', () => {
  expect(['45s', '90m', '12h', '30d'].map(parseDuration)).toEqual([45_000, 5_400_000, 43_200_000, 2_592_000_000]);
});

it.each(['', '30', 'd', '0d', '-1d', '1.5h', '1w', '30 d', '9999999d'])('refuses %j', (text) => {
  expect(() => parseDuration(text)).toThrow(/Expected a number and s, m, h or d/);
});
