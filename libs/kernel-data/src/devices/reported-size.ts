import { exactNumber } from '../text/exact-number.ts';
import type { Json } from '../text/json-values.ts';

/**
 * A size as ndctl and daxctl print it: a number, a number in a string (0x...), or, with -u, a rounded figure such as
 * "2016.00 MiB (2113.93 MB)". A rounded figure never becomes an exact number: it only bounds one.
 */
export interface ReportedSize {
  /** Bytes; null where only a rounded figure is known. */
  readonly exact: number | null;
  /** Bounds in bytes, both inclusive. Equal to `exact` where that is known. */
  readonly low: number;
  readonly high: number;
  /** As it was printed. */
  readonly text: string;
}

const UNITS: Readonly<Record<string, number>> = {
  KiB: 2 ** 10,
  MiB: 2 ** 20,
  GiB: 2 ** 30,
  TiB: 2 ** 40,
  PiB: 2 ** 50,
  KB: 1e3,
  MB: 1e6,
  GB: 1e9,
  TB: 1e12,
  PB: 1e15,
};

/** Null where the value is no size, or one above 2^53 - 1. */
export function reportedSize(value: Json | undefined): ReportedSize | null {
  if (typeof value === 'number')
    return Number.isSafeInteger(value) && value >= 0 ? exactly(value, String(value)) : null;
  if (typeof value !== 'string') return null;
  const number = exactNumber(value);
  if (typeof number === 'number') return exactly(number, value);
  const figures = [...value.matchAll(/(\d{1,9})\.(\d{2}) ([KMGTP]i?B)/g)];
  if (figures.length === 0) return null;
  let low = 0;
  let high = Number.MAX_SAFE_INTEGER;
  for (const [, whole, hundredths, unit = ''] of figures) {
    const factor = UNITS[unit] ?? Number.NaN;
    const figure = Number(`${whole}.${hundredths}`);
    // Versions of ndctl differ in rounding to the nearest and rounding down: one unit of the last place covers both.
    low = Math.max(low, Math.floor((figure - 0.01) * factor));
    high = Math.min(high, Math.ceil((figure + 0.01) * factor));
  }
  return low <= high ? { exact: null, low: Math.max(0, low), high, text: value } : null;
}

function exactly(bytes: number, text: string): ReportedSize {
  return { exact: bytes, low: bytes, high: bytes, text };
}
