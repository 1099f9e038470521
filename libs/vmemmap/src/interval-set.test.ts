import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { IntervalSet } from './interval-set.ts';
import type { Range } from './types.ts';

const range = fc.record({ start: fc.nat(40), size: fc.nat(12) });
const steps = fc.array(fc.record({ range, removes: fc.boolean() }), { maxLength: 12 });

/** The same set, address by address. */
function membersOf(ranges: readonly Range[]): Set<number> {
  return new Set(ranges.flatMap(({ start, size }) => Array.from({ length: size }, (_, index) => start + index)));
}

function hasAny(members: ReadonlySet<number>, { start, size }: Range): boolean {
  return [...members].some((address) => address >= start && address < start + size);
}

describe('IntervalSet', () => {
  it('holds what a set of single addresses holds, in ranges that do not touch', () => {
    fc.assert(
      fc.property(fc.array(range), steps, range, (first, changes, asked) => {
        const set = new IntervalSet(first);
        const members = membersOf(first);
        for (const change of changes) {
          for (const address of membersOf([change.range]))
            if (change.removes) members.delete(address);
            else members.add(address);
          if (change.removes) set.remove(change.range);
          else set.add(change.range);
        }
        const list = set.list();
        expect(membersOf(list)).toEqual(new Set([...members].sort((a, b) => a - b)));
        for (const [index, one] of list.entries()) {
          expect(one.size).toBeGreaterThan(0);
          const next = list[index + 1];
          if (next !== undefined) expect(next.start).toBeGreaterThan(one.start + one.size);
        }
        if (asked.size === 0) return;
        expect(set.meets(asked)).toBe(hasAny(members, asked));
        const met = list.filter((one) => one.start < asked.start + asked.size && one.start + one.size > asked.start);
        expect(set.meeting(asked)).toEqual(met);
        expect(set.firstIn(asked)).toEqual(met[0] ?? null);
      }),
      { numRuns: 2_000 },
    );
  });

  it('spans from its first to its last address', () => {
    expect(new IntervalSet().span).toBeNull();
    const set = new IntervalSet([
      { start: 30, size: 5 },
      { start: 10, size: 2 },
    ]);
    expect(set.span).toEqual({ start: 10, size: 25 });
  });

  it('leaves the original alone when a copy changes', () => {
    const set = new IntervalSet([{ start: 10, size: 2 }]);
    const copy = set.copy();
    copy.add({ start: 20, size: 1 });
    copy.remove({ start: 10, size: 1 });
    expect(set.list()).toEqual([{ start: 10, size: 2 }]);
    expect(copy.list()).toEqual([
      { start: 11, size: 1 },
      { start: 20, size: 1 },
    ]);
  });
});
