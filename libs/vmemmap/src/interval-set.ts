import { endOf } from './align.ts';
import type { Range } from './types.ts';

/** A set of addresses kept as sorted, disjoint ranges that do not touch. What it is asked costs the logarithm of their number. */
export class IntervalSet {
  private ranges: Range[];

  constructor(ranges: readonly Range[] = []) {
    this.ranges = [];
    let last: Range | undefined;
    for (const range of ranges.filter(({ size }) => size > 0).sort((a, b) => a.start - b.start)) {
      if (last !== undefined && range.start <= endOf(last)) {
        last = { start: last.start, size: Math.max(endOf(last), endOf(range)) - last.start };
        this.ranges[this.ranges.length - 1] = last;
      } else {
        last = range;
        this.ranges.push(range);
      }
    }
  }

  copy(): IntervalSet {
    const copy = new IntervalSet();
    copy.ranges = this.ranges.slice();
    return copy;
  }

  add(range: Range): void {
    if (range.size <= 0) return;
    const first = this.firstEndingAt(range.start);
    let start = range.start;
    let end = endOf(range);
    let count = 0;
    for (
      let other = this.ranges[first];
      other !== undefined && other.start <= end;
      other = this.ranges[first + count]
    ) {
      start = Math.min(start, other.start);
      end = Math.max(end, endOf(other));
      count += 1;
    }
    this.ranges.splice(first, count, { start, size: end - start });
  }

  remove(range: Range): void {
    if (range.size <= 0) return;
    const first = this.firstEndingAt(range.start);
    const end = endOf(range);
    const left: Range[] = [];
    let count = 0;
    for (let other = this.ranges[first]; other !== undefined && other.start < end; other = this.ranges[first + count]) {
      if (other.start < range.start)
        left.push({ start: other.start, size: Math.min(endOf(other), range.start) - other.start });
      if (endOf(other) > end) left.push({ start: end, size: endOf(other) - end });
      count += 1;
    }
    this.ranges.splice(first, count, ...left);
  }

  /** The member ranges that meet `range`, uncut, by address. */
  meeting(range: Range): readonly Range[] {
    const met: Range[] = [];
    const end = endOf(range);
    let at = this.firstEndingAt(range.start + 1);
    for (let other = this.ranges[at]; other !== undefined && other.start < end; other = this.ranges[at]) {
      met.push(other);
      at += 1;
    }
    return met;
  }

  /** The first member range that meets `range`, uncut; null if none does. */
  firstIn(range: Range): Range | null {
    const first = this.ranges[this.firstEndingAt(range.start + 1)];
    return first !== undefined && first.start < endOf(range) ? first : null;
  }

  meets(range: Range): boolean {
    return this.firstIn(range) !== null;
  }

  /** From the first member to the end of the last; null where there is none. */
  get span(): Range | null {
    const [first] = this.ranges;
    const last = this.ranges.at(-1);
    return first === undefined || last === undefined ? null : { start: first.start, size: endOf(last) - first.start };
  }

  list(): readonly Range[] {
    return this.ranges;
  }

  /** Index of the first member whose end is at or above `address`. */
  private firstEndingAt(address: number): number {
    let low = 0;
    let high = this.ranges.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      const range = this.ranges[middle];
      if (range !== undefined && endOf(range) < address) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
