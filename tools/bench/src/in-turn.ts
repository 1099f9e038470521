import { type SideBySide, sideBySideOf } from './side-by-side.ts';

/** Two measurements that wait for something, in turn: A B A B ... Each gives milliseconds for one unit of its work. */
export async function inTurn(
  rounds: number,
  a: (round: number) => Promise<number>,
  b: (round: number) => Promise<number>,
): Promise<SideBySide> {
  const as: number[] = [];
  const bs: number[] = [];
  for (let round = 0; round < rounds; round++) {
    as.push(await a(round));
    bs.push(await b(round));
  }
  return sideBySideOf(as, bs);
}

/** The other way round: how much more of A than of B is done in the same time. */
export function rateOf({ a, b, ratio }: SideBySide): SideBySide {
  return { a, b, ratio: { median: 1 / ratio.median, low: 1 / ratio.high, high: 1 / ratio.low } };
}
