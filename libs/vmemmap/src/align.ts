/** Largest multiple of `unit` that is at most `value`. Both in [0, 2^53 - 1]. */
export function alignDown(value: number, unit: number): number {
  return value - (value % unit);
}

/** Smallest multiple of `unit` that is at least `value`. */
export function alignUp(value: number, unit: number): number {
  const rest = value % unit;
  return rest === 0 ? value : value - rest + unit;
}

export function isAligned(value: number, unit: number): boolean {
  return value % unit === 0;
}

/** First byte after a range. */
export function endOf(range: { readonly start: number; readonly size: number }): number {
  return range.start + range.size;
}

export function overlaps(
  a: { readonly start: number; readonly size: number },
  b: { readonly start: number; readonly size: number },
): boolean {
  return a.start < b.start + b.size && b.start < a.start + a.size;
}

export const KIB = 1024;
export const MIB = 1024 * KIB;
export const GIB = 1024 * MIB;
