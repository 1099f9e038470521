import { newId } from '@altmap/core';
import { expect, it } from 'vitest';
import { decodeCursor, encodeCursor, NameCursor, TimeCursor } from './cursor.ts';

it('gives back the position', () => {
  const position = { name: 'ho"st-ü', id: newId() };
  expect(decodeCursor(encodeCursor(position), NameCursor)).toEqual(position);
});

it.each([
  ['nothing', ''],
  ['junk', '%%%'],
  ['no JSON', Buffer.from('{"name"').toString('base64url')],
  ['a cursor of another list', encodeCursor({ at: '2026-11-20T08:00:00.000Z', id: newId() })],
  ['an id that is none', encodeCursor({ name: 'a', id: "' or 1=1" })],
  ['a name that Postgres cannot take', encodeCursor({ name: 'a\0', id: newId() })],
  ['more than there should be', encodeCursor({ name: 'a', id: newId(), extra: 'x' })],
])('refuses %s', (_what, cursor) => {
  expect(() => decodeCursor(cursor, NameCursor)).toThrow(expect.objectContaining({ code: 'E_BAD_CURSOR' }));
});

it('refuses a time that is none', () => {
  const cursor = encodeCursor({ at: 'yesterday', id: newId() });
  expect(() => decodeCursor(cursor, TimeCursor)).toThrow(expect.objectContaining({ code: 'E_BAD_CURSOR' }));
});
