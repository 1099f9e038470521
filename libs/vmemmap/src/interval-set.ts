import { endOf } from './align.ts';
import type { Range } from './types.ts';

/** A set of addresses kept as sorted, disjoint ranges. */
export class IntervalSet {
  private ranges: Range[] = [];

  add(range: Range): void {
    if (range.size <= 0) return;
    let start = range.start;
    let end = endOf(range);
    const rest: Range[] = [];
    for (const other of this.ranges) {
      if (endOf(other) < start || other.start > end) rest.push(other);
      else {
        start = Math.min(start, other.start);
        end = Math.max(end, endOf(other));
      }
    }
    rest.push({ start, size: end - start });
    this.ranges = rest.sort((a, b) => a.start - b.start);
  }

  remove(range: Range): void {
    const end = endOf(range);
    const rest: Range[] = [];
    for (const other of this.ranges) {
      if (other.start < range.start)
        rest.push({ start: other.start, size: Math.min(endOf(other), range.start) - other.start });
      if (endOf(other) > end) {
        const start = Math.max(other.start, end);
        rest.push({ start, size: endOf(other) - start });
      }
    }
    this.ranges = rest;
  }

  /** The first member range that meets `range`, uncut; null if none does. */
  firstIn(range: Range): Range | null {
    const end = endOf(range);
    return this.ranges.find((other) => other.start < end && endOf(other) > range.start) ?? null;
  }

  meets(range: Range): boolean {
    return this.firstIn(range) !== null;
  }

  list(): readonly Range[] {
    return this.ranges;
  }
}
