import { parseRelease } from '@altmap/kernel-data';
import { expect, test } from 'vitest';
import { isInReleaseRange, parseReleaseRange } from './release-range.ts';

function holds(range: string, raw: string): boolean {
  const parsed = parseReleaseRange(range);
  const { release } = parseRelease(raw);
  if (parsed === null || release === null) throw new Error('expected a range and a release');
  return isInReleaseRange(parsed, release);
}

test.each([
  ['>=6.1 <6.13', '6.12.117', true],
  ['>=6.1 <6.13', '6.13.0', false],
  ['>=6.1,<6.13', '6.1.0-50-arm64', true],
  ['>= 6.1 < 6.13', '5.15.3', false],
  ['=6.12', '6.12.99', true],
  ['=6.12.99', '6.12.98', false],
  ['!=6.12', '6.12.1', false],
  ['<=6.12', '6.12.99', true],
  ['>6.12', '6.12.99', false],
  ['>6.12', '6.13.0', true],
  ['<7', '6.19.3', true],
  ['=7', '7.2.0-rc3', true],
  ['>=6.13', '6.13.0-rc4', false],
  ['>=6.12', '6.13.0-rc4', true],
])('%s %s', (range, release, expected) => {
  expect(holds(range, release)).toBe(expected);
});

test.each(['', '6.12', '>=x', '>=6.12.1.1', '~6.12', '>=6.1 ||'])('"%s" is none', (text) => {
  expect(parseReleaseRange(text)).toBeNull();
});
