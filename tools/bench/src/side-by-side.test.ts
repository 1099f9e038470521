import { expect, it } from 'vitest';
import { sideBySide, sideBySideOf } from './side-by-side.ts';

it('compares round by round, so that what slows down both sides of a round is not seen', () => {
  const { a, b, ratio } = sideBySideOf([2, 20, 2], [1, 10, 1]);
  expect(ratio).toEqual({ median: 2, low: 2, high: 2 });
  expect([a.high, b.high]).toEqual([20, 10]);
});

it('runs both sides in each round, in turn', () => {
  const order: string[] = [];
  const work = (name: string) => () => {
    if (order.at(-1) !== name) order.push(name);
    const until = performance.now() + 1;
    while (performance.now() < until);
  };
  sideBySide(work('a'), work('b'), { rounds: 5, minMs: 20 });
  expect(order.slice(0, 6)).toEqual(['a', 'b', 'a', 'b', 'a', 'b']);
  expect(order.length).toBeGreaterThanOrEqual(2 * 5);
});
