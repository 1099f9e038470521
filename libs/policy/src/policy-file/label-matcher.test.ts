import { expect, test } from 'vitest';
import { labelMatcherText, matchesLabels, parseLabelMatcher } from './label-matcher.ts';

const LABELS = { env: 'prod', 'example.com/rack': '12', empty: '' };

test.each([
  ['env=prod', true],
  ['env = prod', true],
  ['env=test', false],
  ['gone=prod', false],
  ['env!=test', true],
  ['env!=prod', false],
  ['gone!=prod', true],
  ['env in (test, prod)', true],
  ['env in (test)', false],
  ['gone in (prod)', false],
  ['env notin (test)', true],
  ['env notin (prod)', false],
  ['gone notin (prod)', true],
  ['example.com/rack', true],
  ['gone', false],
  ['!gone', true],
  ['!env', false],
  ['empty=', true],
  ['constructor', false],
])('%s', (text, holds) => {
  const matcher = parseLabelMatcher(text);
  expect(matcher).not.toBeNull();
  if (matcher === null) return;
  expect(matchesLabels([matcher], LABELS)).toBe(holds);
  expect(parseLabelMatcher(labelMatcherText(matcher))).toEqual(matcher);
});

test.each(['', '=prod', 'a b', 'env in ()', 'env in (a,)', 'env in prod', '!'])('"%s" is none', (text) => {
  expect(parseLabelMatcher(text)).toBeNull();
});

test('anything may stand in a value', () => {
  expect(parseLabelMatcher('a==b c in')).toEqual({ label: 'a', op: '=', value: '=b c in' });
});

test('all conditions must hold; none at all holds', () => {
  const both = ['env=prod', 'gone'].map(parseLabelMatcher).filter((matcher) => matcher !== null);
  expect(matchesLabels(both, LABELS)).toBe(false);
  expect(matchesLabels([], LABELS)).toBe(true);
});
