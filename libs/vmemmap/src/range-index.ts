import { endOf, overlaps } from './align.ts';
import type { Range } from './types.ts';

/** Ranges that may overlap and nest, kept by start: finds those that meet a range without looking at all of them. */
export class RangeIndex<T extends Range> {
  private readonly sorted: readonly T[];
  /** Highest end among the members up to each one: where it is low, nothing before reaches further. */
  private readonly reach: readonly number[];

  constructor(ranges: readonly T[]) {
    this.sorted = ranges.toSorted((a, b) => a.start - b.start);
    let highest = 0;
    this.reach = this.sorted.map((range) => {
      highest = Math.max(highest, endOf(range));
      return highest;
    });
  }

  /** The members that meet `range`, by start. */
  meeting(range: Range): T[] {
    const met: T[] = [];
    let at = this.firstReaching(range.start);
    for (let one = this.sorted[at]; one !== undefined && one.start < endOf(range); one = this.sorted[at]) {
      if (overlaps(one, range)) met.push(one);
      at += 1;
    }
    return met;
  }

  private firstReaching(address: number): number {
    let low = 0;
    let high = this.reach.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.reach[middle] ?? 0) <= address) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
