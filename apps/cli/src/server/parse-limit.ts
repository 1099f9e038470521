import { InvalidArgumentError } from 'commander';

const MOST = 10_000;

/** How many lines to show at most. */
export function parseLimit(text: string): number {
  const limit = Number(text);
  if (!/^\d+$/.test(text) || limit < 1 || limit > MOST) throw new InvalidArgumentError(`Expected 1 to ${MOST}.`);
  return limit;
}
