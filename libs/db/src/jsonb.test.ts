import { expect, it } from 'vitest';
import { jsonb } from './jsonb.ts';

it.each([
  [{ a: 'plain', n: 1.5, deep: [null, { b: true }] }, '{"a":"plain","n":1.5,"deep":[null,{"b":true}]}'],
  [{ a: 'nul\0' }, '{"a":"nul\uFFFD"}'],
  [['half \ud800', 'whole \u{1f600}'], '["half \uFFFD","whole \u{1f600}"]'],
  [{ a: '\\u0000 in letters' }, '{"a":"\\\\u0000 in letters"}'],
])('writes %j', (value, text) => {
  expect(jsonb(value)).toBe(text);
});
