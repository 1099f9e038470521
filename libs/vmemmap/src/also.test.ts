import { describe, expect, it } from 'vitest';
import { mapOf, requestOf, SMALL_RAM, targetOf } from '../test/builders.ts';
import { GIB, MIB } from './align.ts';
import { judge } from './judge.ts';
import type { MemoryMap, PlugRequest, Range, Warning } from './types.ts';

/** A kernel that can do nothing: every other fault is told beside that. */
function also(range: Range, more: Partial<PlugRequest> = {}, map: MemoryMap = SMALL_RAM): readonly Warning[] {
  const target = targetOf(4096, '6.12.117', { ZONE_DEVICE: 'n', ARM64_VA_BITS: 39 });
  return judge(target, map, { ...requestOf(GIB), ...more, range }).also;
}

const GOOD: Range = { start: 4 * GIB, size: GIB };

describe('what would fail too', () => {
  it('is nothing for a good range', () => {
    expect(also(GOOD)).toEqual([]);
  });

  it('has the numbers that were compared', () => {
    expect(also({ start: 4 * GIB + MIB, size: 15 * MIB })).toEqual([
      { code: 'NAMESPACE_TOO_SMALL', facts: { size: 15 * MIB, minimum: 16 * MIB } },
      { code: 'START_MISALIGNED', facts: { start: 4 * GIB + MIB, required: 2 * MIB } },
    ]);
    expect(also({ start: 4 * GIB, size: 16 * MIB })).toEqual([]);
  });

  it('asks a raw namespace for neither', () => {
    const bare = targetOf(4096, '6.12.117', { LIBNVDIMM: 'n' });
    const small = requestOf(MIB, { at: MIB, mode: 'raw', map: 'mem' });
    const result = judge(bare, SMALL_RAM, small);
    expect([result.reason, result.also]).toEqual(['NO_RAW_DRIVER', []]);
    const beyond = judge(targetOf(4096, '6.12.117', { LIBNVDIMM: 'n', ARM64_VA_BITS: 39 }), SMALL_RAM, {
      ...small,
      range: { start: 2 ** 40, size: GIB },
    });
    expect(beyond.also).toEqual([]);
  });

  it('tells only of limits that hold for every CPU', () => {
    const wide = { ZONE_DEVICE: 'n', ARM64_VA_BITS: 52, ARM64_PA_BITS: 52 } as const;
    const far = { ...requestOf(GIB), range: { start: 2 ** 48, size: GIB } };
    const codes = (cpuHasVa52: boolean | null) =>
      judge(targetOf(4096, '6.12.117', wide, { cpuHasVa52 }), SMALL_RAM, far).also.map(({ code }) => code);
    expect(codes(null)).toEqual([]);
    expect(codes(true)).toEqual([]);
    expect(codes(false)).toEqual(['PHYS_BITS', 'LINEAR_MAP']);
    const low = mapOf('80000000-bfffffff : System RAM');
    expect(also({ start: 2 * GIB, size: 16 * MIB }, {}, low).map(({ code }) => code)).toEqual(['BUSY']);
  });

  it('names who holds a part, and which', () => {
    const map = mapOf('40000000-7fffffff : System RAM', '130000000-14fffffff : pl011');
    expect(also(GOOD, {}, map)).toEqual([
      { code: 'BUSY', facts: { name: 'pl011', start: 0x130000000, end: 0x140000000 } },
    ]);
    const before = mapOf('40000000-7fffffff : System RAM', 'f0000000-10fffffff : pl011');
    expect(also(GOOD, {}, before)[0]?.facts).toEqual({ name: 'pl011', start: 4 * GIB, end: 0x110000000 });
  });

  it('tells of the end of the linear map and of the physical addresses', () => {
    const limits = { limitStart: GIB, limitEnd: GIB + 2 ** 38 };
    const beyond = { start: 2 ** 40, size: GIB };
    expect(also(beyond)).toEqual([{ code: 'LINEAR_MAP', facts: { start: 2 ** 40, end: 2 ** 40 + GIB, ...limits } }]);
    expect(also({ start: GIB + 2 ** 38 - GIB, size: GIB })).toEqual([]);
    expect(also({ start: GIB + 2 ** 38 - GIB, size: GIB + 2 * MIB }).map(({ code }) => code)).toEqual(['LINEAR_MAP']);
    const low = mapOf('80000000-bfffffff : System RAM');
    expect(also({ start: GIB, size: GIB }, {}, low).map(({ code }) => code)).toEqual(['LINEAR_MAP']);
    const far = { start: 2 ** 48, size: GIB };
    expect(also(far).map(({ code }) => code)).toEqual(['PHYS_BITS', 'LINEAR_MAP']);
    expect(also(far)[0]?.facts).toEqual({ end: 2 ** 48 + GIB, limit: 2 ** 48 });
    expect(also({ start: 2 ** 48 - GIB, size: GIB }).map(({ code }) => code)).toEqual(['LINEAR_MAP']);
    expect(also(far, { mode: 'raw' })).toEqual([]);
    expect(also(far, {}, { entries: [], zeroed: false })).toEqual([]);
  });

  it('is not told of what comes up, nor what a step has told', () => {
    const good = judge(targetOf(4096, '6.12.117'), SMALL_RAM, requestOf(GIB));
    expect(good.also).toEqual([]);
    const small = judge(targetOf(4096, '6.12.117'), SMALL_RAM, requestOf(8 * MIB, { at: MIB }));
    expect(small.reason).toBe('NAMESPACE_TOO_SMALL');
    expect(small.also.map(({ code }) => code)).toEqual(['START_MISALIGNED']);
    const hole = judge(targetOf(65536, '6.12.117', { ARM64_VA_BITS: 42 }), SMALL_RAM, {
      ...requestOf(64 * MIB, { align: 65536 }),
      range: { start: 4 * GIB + 48 * MIB, size: 64 * MIB },
    });
    expect([hole.outcome, hole.also]).toEqual(['oops', []]);
    const unchecked = judge(targetOf(4096, '5.9.1', { ARM64_VA_BITS: 39 }), SMALL_RAM, {
      ...requestOf(GIB),
      range: { start: 2 ** 40, size: GIB },
    });
    expect([unchecked.reason, unchecked.also]).toEqual(['LINEAR_MAP_UNCHECKED', []]);
  });
});
