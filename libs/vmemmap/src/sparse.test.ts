import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Altmap } from './altmap.ts';
import { GIB, KIB, MIB } from './align.ts';
import { BootMemory } from './boot-memory.ts';
import { Dram } from './dram.ts';
import type { Ask, SparseGeometry } from './sparse.ts';
import { SparseIntervals } from './sparse-intervals.ts';
import { SparseReference } from './sparse-reference.ts';
import type { BehaviourName, Range } from './types.ts';

function geometryOf(page: number, section: number): SparseGeometry {
  const block = (page * page) / 64;
  return { page, section, subsection: 2 * MIB, block, slot: page === 4 * KIB ? 128 * MIB : null };
}

const geometries = [4, 16, 64].flatMap((page) => [
  geometryOf(page * KIB, page === 64 ? 512 * MIB : 128 * MIB),
  geometryOf(page * KIB, GIB),
]);

/** One attempt in a sequence on one machine. Places are in sub-sections from a base. */
const operation = fc.record({
  at: fc.nat(700),
  length: fc.integer({ min: 1, max: 900 }),
  altmap: fc.option(fc.record({ reserve: fc.nat(3), free: fc.nat(3000) })),
  remove: fc.boolean(),
});

const scenario = fc.record({
  geometry: fc.constantFrom(...geometries),
  memory: fc.array(fc.record({ at: fc.nat(700), length: fc.integer({ min: 1, max: 100 }) }), { maxLength: 2 }),
  dram: fc.option(fc.nat(64)),
  behaviours: fc.record({
    partialSectionsByBasePages: fc.boolean(),
    pmdFallbackDram: fc.boolean(),
    pmdFallbackAltmap: fc.boolean(),
    tableSlotFilled: fc.boolean(),
  }),
  operations: fc.array(operation, { minLength: 1, maxLength: 5 }),
});

type Scenario = typeof scenario extends fc.Arbitrary<infer Value> ? Value : never;

const [pages4K, sections4K, pages16K, , pages64K] = geometries;

/** Sequences that chance finds rarely. Places in sub-sections: 64 of them are 128 MiB. */
function rare(
  geometry: SparseGeometry | undefined,
  on: readonly (keyof Scenario['behaviours'])[],
  operations: readonly (readonly [at: number, length: number, free: number | null, remove?: 'remove'])[],
  more: Partial<Scenario> = {},
): [Scenario] {
  if (geometry === undefined) throw new Error('there are six geometries');
  const behaviours = {
    partialSectionsByBasePages: on.includes('partialSectionsByBasePages'),
    pmdFallbackDram: on.includes('pmdFallbackDram'),
    pmdFallbackAltmap: on.includes('pmdFallbackAltmap'),
    tableSlotFilled: on.includes('tableSlotFilled'),
  };
  const steps = operations.map(([at, length, free, remove]) => ({
    at,
    length,
    altmap: free === null ? null : { reserve: 2, free },
    remove: remove !== undefined,
  }));
  return [{ geometry, memory: [], dram: null, behaviours, operations: steps, ...more }];
}

const RARE: readonly [Scenario][] = [
  // base pages in the first half of a PMD leaf's place, then a second device in the other half
  rare(
    pages4K,
    ['pmdFallbackAltmap', 'tableSlotFilled'],
    [
      [0, 32, 300],
      [32, 32, 300, 'remove'],
    ],
  ),
  rare(
    pages4K,
    ['pmdFallbackAltmap', 'tableSlotFilled'],
    [
      [0, 32, 300],
      [32, 32, 10],
    ],
  ),
  rare(
    pages4K,
    ['pmdFallbackAltmap'],
    [
      [0, 32, 300],
      [32, 32, 300, 'remove'],
    ],
  ),
  rare(
    sections4K,
    ['pmdFallbackAltmap', 'tableSlotFilled'],
    [
      [32, 32, 300],
      [64, 448, 4000],
      [0, 32, 300, 'remove'],
    ],
  ),
  rare(
    pages4K,
    ['pmdFallbackDram', 'tableSlotFilled'],
    [
      [0, 96, null],
      [96, 96, null, 'remove'],
    ],
    { dram: 3 },
  ),
  // two devices under one PMD leaf: the second uses the first one's, and takes it away
  rare(
    pages4K,
    [],
    [
      [32, 64, null],
      [0, 32, null, 'remove'],
      [96, 32, null, 'remove'],
    ],
  ),
  rare(
    pages4K,
    [],
    [
      [32, 64, 3000],
      [0, 32, 3000, 'remove'],
      [128, 64, 3000],
    ],
  ),
  // the reservation or DRAM runs out in a later section: that one is rolled back alone
  rare(
    pages16K,
    [],
    [
      [0, 256, 80],
      [256, 64, 64, 'remove'],
    ],
  ),
  rare(
    pages64K,
    [],
    [
      [8, 700, 9],
      [0, 8, null, 'remove'],
    ],
  ),
  rare(
    pages16K,
    [],
    [
      [0, 640, null],
      [700, 64, null],
    ],
    { dram: 1 },
  ),
  rare(
    pages4K,
    ['partialSectionsByBasePages'],
    [
      [0, 65, 1022],
      [0, 65, null],
    ],
  ),
  // boot memory at the beginning, in the middle and at the end
  rare(
    pages4K,
    ['partialSectionsByBasePages'],
    [
      [10, 300, 3000],
      [310, 10, null, 'remove'],
    ],
    {
      memory: [{ at: 0, length: 10 }],
    },
  ),
  rare(pages64K, [], [[16, 400, 60, 'remove']], {
    memory: [
      { at: 0, length: 10 },
      { at: 420, length: 9 },
    ],
  }),
  rare(pages16K, [], [[0, 200, 300]], { memory: [{ at: 100, length: 1 }] }),
];

describe('SparseIntervals', () => {
  const runs = Number(process.env['FC_RUNS'] ?? 10_000);
  const seed = Number(process.env['FC_SEED'] ?? Date.now() % 2 ** 31);

  it(`equals SparseReference on ${runs} random sequences (seed ${seed}, set FC_SEED to repeat)`, {
    timeout: 120_000,
  }, () => {
    console.log(`sparse: ${runs} sequences, seed ${seed}`);
    fc.assert(
      fc.property(scenario, ({ geometry, memory, dram, behaviours, operations }) => {
        const base = 4 * GIB;
        const place = (part: { at: number; length: number }): Range => ({
          start: base + part.at * 2 * MIB,
          size: part.length * 2 * MIB,
        });
        const ask: Ask = (name: BehaviourName) =>
          (behaviours as Partial<Record<BehaviourName, boolean>>)[name] ?? false;
        const boot = new BootMemory(memory.map(place));
        const one = new SparseReference(geometry, boot, ask);
        const two = new SparseIntervals(geometry, boot, ask);
        const dramOne = new Dram(dram === null ? null : dram * MIB);
        const dramTwo = new Dram(dram === null ? null : dram * MIB);
        let owner = 0;
        for (const step of operations) {
          owner += 1;
          const range = place(step);
          const altmap = () =>
            step.altmap === null
              ? null
              : new Altmap(range.start / geometry.page, step.altmap.reserve, step.altmap.free);
          const altmapOne = altmap();
          const altmapTwo = altmap();
          const addedOne = one.add(range, owner, altmapOne, dramOne);
          expect(two.add(range, owner, altmapTwo, dramTwo)).toEqual(addedOne);
          expect(numbers(altmapTwo)).toEqual(numbers(altmapOne));
          expect(two.runs(range)).toEqual(one.runs(range));
          expect(two.firstMissing(range)).toEqual(one.firstMissing(range));
          if (step.remove && addedOne.error === null) {
            one.remove(range, altmapOne, dramOne);
            two.remove(range, altmapTwo, dramTwo);
            expect(numbers(altmapTwo)).toEqual(numbers(altmapOne));
            expect(two.runs(range)).toEqual(one.runs(range));
          }
          expect(dramTwo.used).toBe(dramOne.used);
        }
      }),
      { numRuns: runs, seed, examples: [...RARE] },
    );
  });
});

function numbers(altmap: Altmap | null): object | null {
  if (altmap === null) return null;
  return { allocated: altmap.allocated, alignLoss: altmap.alignLoss, outstanding: altmap.outstanding };
}
