import { InvalidArgumentError } from 'commander';

const UNITS = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const;

/** 90m, 12h, 30d -> milliseconds. */
export function parseDuration(text: string): number {
  const [, count, unit] = /^([1-9]\d{0,5})([smhd])$/.exec(text) ?? [];
  if (count === undefined || unit === undefined) {
    throw new InvalidArgumentError('Expected a number and s, m, h or d: 90m, 12h, 30d.');
  }
  return Number(count) * UNITS[unit as keyof typeof UNITS];
}
