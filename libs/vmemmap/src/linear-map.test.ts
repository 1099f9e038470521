import { describe, expect, it } from 'vitest';
import { targetOf } from '../test/builders.ts';
import { GIB, MIB } from './align.ts';
import { BootMemory } from './boot-memory.ts';
import { Kernel } from './kernel.ts';
import { legalVaBits, linearMapOf, mayBeLowered, randomisationRisk } from './linear-map.ts';
import type { PageSize, Range, Target } from './types.ts';

type Symbols = Parameters<typeof targetOf>[2];

const RAM: Range = { start: GIB, size: GIB };

function mapOf(target: Target, ram: readonly Range[] = [RAM]) {
  return linearMapOf(new Kernel(target), new BootMemory(ram));
}

function wide(page: PageSize, release: string, symbols: Symbols, cpuHasVa52: boolean | null): Target {
  return targetOf(page, release, { ARM64_VA_BITS: 52, ARM64_PA_BITS: 52, KVM: 'n', ...symbols }, { cpuHasVa52 });
}

describe('legalVaBits (kernel-facts A.5)', () => {
  it.each([
    [4096, false, [39, 48]],
    [4096, true, [39, 48, 52]],
    [16384, false, [36, 47, 48]],
    [16384, true, [36, 47, 48, 52]],
    [65536, false, [42, 48, 52]],
    [65536, true, [42, 48, 52]],
  ] as const)('%i-byte pages, LPA2 %s', (page, lpa2, bits) => {
    expect(legalVaBits(page, lpa2)).toEqual(bits);
  });
});

describe('linearMapOf (kernel-facts A.6, A.7)', () => {
  it('is half of the virtual addresses from the first RAM on', () => {
    expect(mapOf(targetOf(4096, '6.12.117'))).toEqual({
      candidates: [{ start: GIB, linearEnd: GIB + 2 ** 47, physEnd: 2 ** 48 }],
      missing: [],
    });
    expect(mapOf(targetOf(4096, '6.12.117'), []).missing).toEqual(['System RAM in the memory map']);
  });

  it.each([
    [4096, '6.12.117', GIB],
    [16384, '6.12.117', GIB],
    [65536, '6.12.117', 1536 * MIB],
    [65536, '5.10.223', GIB],
  ] as const)('%i-byte pages on %s: begins at a multiple of the unit and of the section', (page, release, start) => {
    const [one] = mapOf(targetOf(page, release), [{ start: 1600 * MIB, size: GIB }]).candidates;
    expect(one?.start).toBe(start);
  });

  it('gives low RAM up where the RAM does not fit', () => {
    const va36 = targetOf(16384, '6.12.117', { ARM64_VA_BITS: 36 });
    const start = (ram: readonly Range[]) => mapOf(va36, ram).candidates[0]?.start;
    expect(start([{ start: GIB, size: 32 * GIB }])).toBe(GIB);
    expect(start([RAM, { start: 40 * GIB, size: GIB + GIB / 2 }])).toBe(10 * GIB);
  });

  it('holds every width open that the config does not name', () => {
    const widths = (release: string, symbols: Symbols) => {
      const { candidates, missing } = mapOf(targetOf(4096, release, symbols));
      return [candidates.map(({ linearEnd, physEnd }) => [linearEnd - GIB, physEnd]), missing];
    };
    expect(widths('6.8.0', { ARM64_VA_BITS: 'n' })).toEqual([
      [
        [2 ** 38, 2 ** 48],
        [2 ** 47, 2 ** 48],
      ],
      ['CONFIG_ARM64_VA_BITS'],
    ]);
    expect(widths('6.8.0', { ARM64_PA_BITS: 'n' })).toEqual([
      [
        [2 ** 47, 2 ** 48],
        [2 ** 47, 2 ** 52],
      ],
      ['CONFIG_ARM64_PA_BITS'],
    ]);
    expect(mapOf(targetOf(4096, '6.9.0', { ARM64_VA_BITS: 'n' })).candidates.length).toBeGreaterThan(2);
    expect(mapOf(targetOf(65536, '6.8.0', { ARM64_VA_BITS: 'n' })).candidates.length).toBeGreaterThan(2);
  });

  it.each([
    [4096, 47],
    [16384, 46],
    [65536, 47],
  ] as const)('%i-byte pages with 52 bits: the CPU decides, the narrow map has 2^%i bytes', (page, bits) => {
    const spans = (target: Target) =>
      mapOf(target).candidates.map(({ linearEnd, physEnd }) => [linearEnd - GIB, physEnd]);
    const full = 2 ** 52 - 2 ** bits;
    expect(spans(wide(page, '6.18.15', {}, true))).toEqual([[full, 2 ** 52]]);
    expect(spans(wide(page, '6.18.15', { KVM: 'y' }, true))).toEqual([
      [full, 2 ** 52],
      [2 ** 51, 2 ** 52],
    ]);
    expect(spans(wide(page, '6.18.15', {}, false))).toEqual([[2 ** bits, 2 ** 48]]);
    expect(spans(wide(page, '6.18.15', {}, null))).toHaveLength(2);
  });

  it('asks for the CPU only where it decides', () => {
    const cpu = ['whether the CPU has 52-bit virtual addresses'];
    expect(mapOf(wide(4096, '6.12.117', {}, null)).missing).toEqual(cpu);
    expect(mapOf(wide(4096, '6.12.117', {}, true)).missing).toEqual([]);
    expect(mapOf(targetOf(4096, '6.12.117')).missing).toEqual([]);
  });

  it.each([
    ['6.6.9', 52, 52],
    ['6.12.0', 52, 52],
    ['6.12.50', 52, 48],
    ['6.12.117', 52, 48],
    ['6.14.0', 52, 48],
    ['6.6.9', 48, 48],
    ['6.14.0', 48, 48],
  ] as const)('%s with %i physical bits on a CPU without LPA2: %i of them (A.5)', (release, bits, expected) => {
    const [one] = mapOf(wide(65536, release, { ARM64_PA_BITS: bits }, false)).candidates;
    expect(one?.physEnd).toBe(2 ** expected);
  });

  it.each(['KASAN_GENERIC', 'KASAN_SW_TAGS'])('%s takes an unknown part of it', (symbol) => {
    const { candidates, missing } = mapOf(targetOf(4096, '6.12.117', { [symbol]: 'y' }));
    expect(candidates.map(({ linearEnd }) => linearEnd - GIB)).toEqual([2 ** 47, 2 ** 46]);
    expect(missing).toEqual(['where the KASAN shadow begins']);
  });
});

describe('KASLR (kernel-facts A.7)', () => {
  const random = (release: string, cmdline: string | null, symbols: Symbols = {}) =>
    new Kernel(targetOf(4096, release, { RANDOMIZE_BASE: 'y', ...symbols }, { cmdline }));

  it('may lower the linear map until v6.15', () => {
    expect(mayBeLowered(random('6.12.117', ''))).toBe(true);
    expect(mayBeLowered(random('6.12.117', null))).toBe(true);
    expect(mayBeLowered(random('6.12.117', 'quiet nokaslr'))).toBe(false);
    expect(mayBeLowered(random('6.12.117', '', { RANDOMIZE_BASE: 'n' }))).toBe(false);
    expect(mayBeLowered(random('6.15.1', ''))).toBeNull();
    expect(mayBeLowered(random('6.16.3', ''))).toBe(false);
  });

  const va39 = { ARM64_VA_BITS: 39 } as const;
  function risk(kernel: Kernel, range: Range, ram: Range = RAM): number | null {
    const boot = new BootMemory([ram]);
    const [limits] = linearMapOf(kernel, boot).candidates;
    if (limits === undefined) throw new Error('RAM gives a linear map');
    return randomisationRisk(kernel, boot, range, limits);
  }

  it('moves boot memory alone within the linear map up to v5.10: the chance grows with the distance', () => {
    const range = { start: 4 * GIB, size: GIB };
    // 256 GiB from 1 GiB on, RAM ends at 2 GiB: 3 GiB of 255 GiB
    expect(risk(random('5.10.223', '', va39), range)).toBe(3 / 255);
    expect(risk(random('5.10.223', 'nokaslr', va39), range)).toBe(0);
    expect(risk(random('5.11.14', '', va39), range)).toBe(0);
    expect(risk(random('5.10.223', '', { ...va39, RANDOMIZE_BASE: 'n' }), range)).toBe(0);
    expect(risk(random('5.10.223', '', va39), { start: GIB, size: GIB / 2 })).toBe(0);
    expect(risk(random('5.10.223', '', va39), { start: 300 * GIB, size: GIB })).toBe(1);
  });

  it('is certain where RAM fills the linear map', () => {
    const kernel = random('5.10.223', '', va39);
    expect(risk(kernel, { start: 257 * GIB, size: GIB }, { start: GIB, size: 256 * GIB })).toBe(1);
  });

  it('asks for the command line only where the chance counts', () => {
    const range = { start: 4 * GIB, size: GIB };
    expect(risk(random('5.10.223', null, va39), range)).toBeNull();
    expect(risk(random('5.10.223', null), range)).toBeCloseTo(3 / 2 ** 17, 8);
  });
});
