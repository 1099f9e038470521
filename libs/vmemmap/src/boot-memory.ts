import { alignDown, alignUp, endOf } from './align.ts';
import { IntervalSet } from './interval-set.ts';
import type { Range } from './types.ts';

/** Memblock memory: what has struct pages since boot, NOMAP ranges included. Shared by all machines of one memory map. */
export class BootMemory {
  private readonly memory: IntervalSet;
  private readonly rounded = new Map<number, IntervalSet>();

  constructor(ranges: readonly Range[]) {
    this.memory = new IntervalSet(ranges);
  }

  /** From the first byte to the last; null where the map shows no memory. */
  get span(): Range | null {
    return this.memory.span;
  }

  meets(range: Range): boolean {
    return this.memory.meets(range);
  }

  list(): readonly Range[] {
    return this.memory.list();
  }

  /** The sections (or sub-sections) of `unit` bytes that hold boot memory. Not to be changed. */
  inUnitsOf(unit: number): IntervalSet {
    const known = this.rounded.get(unit);
    if (known !== undefined) return known;
    const set = new IntervalSet(this.memory.list().map((range) => outward(range, unit)));
    this.rounded.set(unit, set);
    return set;
  }
}

/** The smallest range of whole units that holds `range`. */
export function outward(range: Range, unit: number): Range {
  const start = alignDown(range.start, unit);
  return { start, size: alignUp(endOf(range), unit) - start };
}
