import { expect, it } from 'vitest';
import { formatMatcher, parseMatcher } from './matcher.ts';

it.each(['rack=r7', 'rack!=r7', 'code=~ALTMAP_.*', 'host!~db-[0-9]+', 'rack=', 'note=a=b'])(
  'reads and writes %s',
  (text) => {
    expect(formatMatcher(parseMatcher(text))).toBe(text);
  },
);

it('splits at the first operator', () => {
  expect(parseMatcher('rack=~r7=x')).toEqual({ name: 'rack', op: '=~', value: 'r7=x' });
});

it.each(['', 'rack', '=r7', 'rack~r7', 'code=~[', `rack=${'x'.repeat(257)}`])('does not take %j', (text) => {
  expect(() => parseMatcher(text)).toThrow('expected NAME=VALUE');
});
