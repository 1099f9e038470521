import { expect, it } from 'vitest';
import { chunks } from './chunks.ts';

it('cuts rows so that each piece stays within 65,535 parameters, and loses none', () => {
  const rows = Array.from({ length: 10_000 }, (_, a) => ({ a, b: 0, c: 0, d: 0, e: 0, f: 0, g: 0 }));
  const pieces = [...chunks(rows)];
  expect(pieces.map((piece) => piece.length)).toEqual([9_362, 638]);
  expect(pieces.flat()).toEqual(rows);
});

it('gives nothing for nothing', () => {
  expect([...chunks([])]).toEqual([]);
});
