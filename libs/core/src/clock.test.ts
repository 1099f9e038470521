import { expect, it } from 'vitest';
import { newId } from './clock.ts';

it('makes ids of UUID version 7 that sort by the millisecond in which they were made', async () => {
  const first = newId();
  await new Promise((resolve) => setTimeout(resolve, 3));
  const second = newId();
  for (const id of [first, second])
    expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  expect(first < second).toBe(true);
  expect(Math.abs(Number.parseInt(first.replace('-', '').slice(0, 12), 16) - Date.now())).toBeLessThan(60_000);
});

it('makes no id twice, and sorts those of one millisecond too', () => {
  const ids = Array.from({ length: 20_000 }, newId);
  expect(new Set(ids).size).toBe(ids.length);
  expect([...ids].sort()).toEqual(ids);
});
