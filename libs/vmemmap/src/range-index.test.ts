import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { overlaps } from './align.ts';
import { RangeIndex } from './range-index.ts';

const range = fc.record({ start: fc.nat(60), size: fc.integer({ min: 1, max: 20 }) });

describe('RangeIndex', () => {
  it('finds what a look at every range finds, nested ones too', () => {
    fc.assert(
      fc.property(fc.array(range), range, (ranges, asked) => {
        const all = ranges.toSorted((a, b) => a.start - b.start);
        expect(new RangeIndex(ranges).meeting(asked)).toEqual(all.filter((one) => overlaps(one, asked)));
      }),
      { numRuns: 2_000 },
    );
  });

  it('finds a long range behind short ones', () => {
    const long = { start: 0, size: 100 };
    const index = new RangeIndex([long, { start: 1, size: 1 }, { start: 50, size: 1 }]);
    expect(index.meeting({ start: 70, size: 1 })).toEqual([long]);
    expect(index.meeting({ start: 100, size: 1 })).toEqual([]);
  });
});
