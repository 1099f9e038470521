import { expect, test } from 'vitest';
import { nearest } from './nearest.ts';

const codes = ['NO_ZONE_DEVICE', 'NO_PFN_DRIVER', 'OK'];

test.each([
  ['NO_ZONEDEVICE', 'NO_ZONE_DEVICE'],
  ['NO_ZONE_DEVISE', 'NO_ZONE_DEVICE'],
  ['NO_PFN', 'NO_PFN_DRIVER'],
  ['DEVICE', 'NO_ZONE_DEVICE'],
  ['BANANA_SPLIT', null],
])('%s: did you mean %s', (word, meant) => {
  expect(nearest(word, codes)).toBe(meant);
});
