import { describe, expect, it } from 'vitest';
import { requestOf, SMALL_RAM, targetOf } from '../test/builders.ts';
import { GIB, MIB } from './align.ts';
import type { Branch } from './explore.ts';
import { judge } from './judge.ts';
import { merge } from './merge.ts';
import type { BehaviourName, PlugResult } from './types.ts';

const TARGET = targetOf(4096, '6.12.117');
const good = (): PlugResult => judge(TARGET, SMALL_RAM, requestOf(GIB));
const refused = (): PlugResult => judge(TARGET, SMALL_RAM, requestOf(130 * MIB, { align: 4096 }));

/** What answers to one open question lead to. */
function merged(results: readonly PlugResult[], complete = true): PlugResult {
  const names: readonly BehaviourName[] = ['zeroSizeCheck', 'tableSlotFilled'];
  const branches = results.map(
    (value, index): Branch<PlugResult> => ({
      value,
      assumed: new Map(results.length === 1 ? [] : names.map((name, bit) => [name, ((index >> bit) & 1) === 1])),
    }),
  );
  const [first, ...others] = branches;
  if (first === undefined) throw new Error('one result at least');
  return merge(TARGET, { branches: [first, ...others], complete });
}

describe('merge', () => {
  it('leaves a single answer as it is, unless others were not tried', () => {
    const GOOD = good();
    expect(merged([GOOD])).toBe(GOOD);
    expect(merged([GOOD, { ...GOOD, steps: [] }])).toBe(GOOD);
    expect(merged([GOOD], false).outcome).toBe('unknown');
    expect(merged([GOOD, GOOD], false).outcome).toBe('unknown');
  });

  it('keeps the outcome and drops the numbers in which the answers differ', () => {
    const GOOD = good();
    const { altmap, memmap } = GOOD;
    if (altmap === null || memmap === null) throw new Error('map=dev has both');
    const [run] = memmap.runs;
    if (run === undefined) throw new Error('a memmap has runs');
    const moved = { ...memmap, runs: [{ ...run, start: 0 }] };
    const placed = merged([GOOD, { ...GOOD, memmap: moved }]);
    expect(placed).toMatchObject({
      outcome: 'ok',
      usable: GOOD.usable,
      altmap,
      memmap: { ...memmap, runs: [] },
    });
    expect(placed.warnings.slice(0, -1)).toEqual(GOOD.warnings);
    expect(placed.warnings.at(-1)).toEqual({
      code: 'UNDECIDED',
      facts: {
        missing: expect.stringMatching(/^whether 6\.12\.117 has this: .+\]; whether 6\.12\.117 has this: .+\]$/),
      },
    });
    const other = merged([GOOD, { ...GOOD, altmap: { ...altmap, allocated: 1 } }]);
    expect(other).toMatchObject({ outcome: 'ok', altmap: null });
    const dearer = merged([GOOD, { ...GOOD, memmap: { ...moved, dramBytes: 4096 } }]);
    expect(dearer).toMatchObject({ outcome: 'ok', memmap: null });
    const smaller = merged([GOOD, { ...GOOD, memmap: { ...moved, deviceBytes: 4096 } }]);
    expect(smaller.memmap).toBeNull();
    expect(
      merged([
        { ...GOOD, memmap: null },
        { ...GOOD, memmap: null, altmap: null },
      ]).memmap,
    ).toBeNull();
  });

  it('draws the place of the memmap as reserved where it is not certain', () => {
    const GOOD = good();
    const piece = (kind: PlugResult['layout'][number]['kind'], start: number, size: number) => ({ kind, start, size });
    const drawn = {
      ...GOOD,
      layout: [
        piece('info-block', 0, 2),
        piece('reserved', 2, 3),
        piece('memmap', 5, 4),
        piece('reserved', 9, 1),
        piece('data', 10, 7),
      ],
    };
    expect(merged([drawn, { ...drawn, altmap: null }]).layout).toEqual([
      piece('info-block', 0, 2),
      piece('reserved', 2, 8),
      piece('data', 10, 7),
    ]);
  });

  it('is unknown where the outcomes differ, and says what they would be', () => {
    const GOOD = good();
    const REFUSED = refused();
    const result = merged([GOOD, REFUSED, { ...REFUSED, facts: {} }]);
    expect(result).toMatchObject({
      outcome: 'unknown',
      reason: 'UNDECIDED',
      facts: { answers: 'ok (OK), refused (ALTMAP_EXHAUSTED)', missing: expect.stringContaining(']; whether ') },
      errno: null,
      bindErrno: null,
      stage: null,
      message: null,
      messages: [],
      usable: null,
      lostBytes: null,
      altmap: null,
      memmap: null,
      kmem: null,
    });
    expect(result.missing).toHaveLength(2);
    expect(result.also).toEqual([
      { code: 'OK', facts: GOOD.facts },
      { code: 'ALTMAP_EXHAUSTED', facts: REFUSED.facts },
    ]);
    expect(result.layout.map(({ kind }) => kind)).not.toContain('memmap');
  });

  it.each<[string, Partial<PlugResult>]>([
    ['errno', { errno: 5 }],
    ['stage', { stage: 'bind' }],
    ['reason', { reason: 'RAW_OK' }],
    ['usable', { usable: { start: 0, size: 1 } }],
    ['infoBlock', { infoBlock: null }],
    ['oopsOnRemoval', { oopsOnRemoval: true }],
  ])('takes another %s for another outcome', (_name, more) => {
    const GOOD = good();
    expect(merged([GOOD, { ...GOOD, ...more }]).outcome).toBe('unknown');
  });

  it('takes other results of kmem for other numbers', () => {
    const GOOD = good();
    const kmem = {
      range: null,
      blockSize: 1,
      blocks: 0,
      cutBytes: 0,
      errno: null,
      reason: 'OK',
      memmapOnMemory: null,
      memmapDramBytes: 0,
    };
    expect(
      merged([
        { ...GOOD, kmem },
        { ...GOOD, kmem: { ...kmem, blocks: 1 } },
      ]).warnings.at(-1)?.code,
    ).toBe('UNDECIDED');
  });
});
