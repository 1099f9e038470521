import { describe, expect, it } from 'vitest';
import { requestOf, SMALL_RAM, targetOf } from '../test/builders.ts';
import { GIB, KIB, MIB } from './align.ts';
import { judge } from './judge.ts';
import { Kernel } from './kernel.ts';
import { forcedPte, pageTableCost } from './page-tables.ts';
import { BOOT, type PlacedRun } from './sparse.ts';
import type { PageSize, Range } from './types.ts';

type Symbols = Parameters<typeof targetOf>[2];

function forced(release: string, symbols: Symbols, cmdline: string | null = ''): boolean | null {
  return forcedPte(new Kernel(targetOf(4096, release, symbols, { cmdline })));
}

/** What the kernels that were measured have: Debian's defaults. */
const DEBIAN: Symbols = { RODATA_FULL_DEFAULT_ENABLED: 'y', KFENCE: 'y', KFENCE_SAMPLE_INTERVAL: 0 };

describe('forcedPte (kernel-facts D.7)', () => {
  it('follows rodata', () => {
    expect(forced('5.10.223', {})).toBe(false);
    expect(forced('5.10.223', { RODATA_FULL_DEFAULT_ENABLED: 'y' })).toBe(true);
    expect(forced('5.10.223', { RODATA_FULL_DEFAULT_ENABLED: 'y' }, 'rodata=off')).toBe(false);
    expect(forced('5.10.223', { RODATA_FULL_DEFAULT_ENABLED: 'y' }, 'rodata=on')).toBe(false);
    expect(forced('5.10.223', {}, 'quiet rodata=full')).toBe(true);
    expect(forced('5.10.223', {}, null)).toBeNull();
  });

  it('follows debug_pagealloc', () => {
    expect(forced('5.10.223', { DEBUG_PAGEALLOC: 'y' })).toBe(false);
    expect(forced('5.10.223', { DEBUG_PAGEALLOC: 'y' }, 'debug_pagealloc=on')).toBe(true);
    expect(forced('5.10.223', { DEBUG_PAGEALLOC: 'y', DEBUG_PAGEALLOC_ENABLE_DEFAULT: 'y' })).toBe(true);
    expect(
      forced('5.10.223', { DEBUG_PAGEALLOC: 'y', DEBUG_PAGEALLOC_ENABLE_DEFAULT: 'y' }, 'debug_pagealloc=off'),
    ).toBe(false);
  });

  it('follows KFENCE by version', () => {
    const kfence = { KFENCE: 'y', KFENCE_SAMPLE_INTERVAL: 100 } as const;
    expect(forced('5.15.100', kfence)).toBe(true);
    expect(forced('6.2.1', kfence)).toBe(true);
    expect(forced('6.4.6', kfence)).toBe(false);
    expect(forced('6.12.117', { ...kfence, KFENCE_SAMPLE_INTERVAL: 0 })).toBe(true);
    expect(forced('6.12.117', kfence, 'kfence.sample_interval=0')).toBe(true);
    expect(forced('6.12.117', DEBIAN, 'rodata=on kfence.sample_interval=100')).toBe(false);
    expect(forced('6.12.117', DEBIAN, 'rodata=on')).toBe(true);
    expect(forced('6.1.50', kfence)).toBeNull();
    expect(forced('6.1.192', kfence)).toBe(false);
  });

  it('depends on the CPU from v6.17 on', () => {
    expect(forced('6.18.2', DEBIAN)).toBeNull();
    expect(forced('6.18.2', {})).toBe(false);
    expect(forced('6.18.2', DEBIAN, 'debug_pagealloc=on')).toBeNull();
    expect(forced('6.18.2', { DEBUG_PAGEALLOC: 'y' }, 'debug_pagealloc=on')).toBe(true);
    expect(forced('6.18.2', { RODATA_FULL_DEFAULT_ENABLED: 'n' }, 'rodata=on')).toBeNull();
  });
});

describe('forcedPte, where the inputs do not tell', () => {
  const KFENCE = { KFENCE: 'y', KFENCE_SAMPLE_INTERVAL: 100 } as const;

  it('knows the other words of the parameters', () => {
    expect(forced('6.18.2', DEBIAN, 'rodata=noalias kfence.sample_interval=100')).toBe(false);
    expect(forced('5.10.223', { RODATA_FULL_DEFAULT_ENABLED: 'y' }, 'rodata=full rodata=off')).toBe(false);
    const debug = { DEBUG_PAGEALLOC: 'y', DEBUG_PAGEALLOC_ENABLE_DEFAULT: 'y' } as const;
    expect(forced('5.10.223', debug, 'debug_pagealloc=0')).toBe(false);
    expect(forced('5.10.223', { DEBUG_PAGEALLOC: 'y' }, 'debug_pagealloc=1')).toBe(true);
    expect(forced('6.18.2', { ...DEBIAN, DEBUG_PAGEALLOC: 'y' }, 'debug_pagealloc=on')).toBe(true);
  });

  it('needs the command line where it can change the answer', () => {
    expect(forced('5.15.100', KFENCE, null)).toBe(true);
    expect(forced('6.12.117', { ...KFENCE, RODATA_FULL_DEFAULT_ENABLED: 'n' }, null)).toBeNull();
    expect(forced('6.12.117', KFENCE, 'rodata=off')).toBe(false);
    expect(forced('5.10.223', { DEBUG_PAGEALLOC: 'y' }, null)).toBeNull();
  });

  it('has no KFENCE before v5.12', () => {
    expect(forced('5.11.14', KFENCE)).toBe(false);
    expect(forced('5.12.9', KFENCE)).toBe(true);
  });

  it('needs the interval', () => {
    expect(forced('6.12.117', { KFENCE: 'y' })).toBeNull();
    expect(forced('6.12.117', { KFENCE: 'y' }, 'kfence.sample_interval=0')).toBe(true);
    expect(forced('6.12.117', { KFENCE: 'y' }, 'kfence.sample_interval=5')).toBe(false);
  });

  it.each(['RODATA_FULL_DEFAULT_ENABLED', 'DEBUG_PAGEALLOC', 'KFENCE'])(
    'needs a fragment of a config to mention %s',
    (left) => {
      const target = targetOf(4096, '6.12.117', {}, { cmdline: '' });
      const config = {
        complete: false,
        get: (symbol: string) => (symbol === left ? { type: 'absent' as const } : { type: 'not-set' as const }),
      };
      expect(forcedPte(new Kernel({ ...target, config }))).toBeNull();
      expect(forcedPte(new Kernel({ ...target, config: { ...config, complete: true } }))).toBe(false);
    },
  );
});

describe('pageTableCost', () => {
  const TIB = 1024 * GIB;
  const kernelOf = (page: PageSize, symbols: Symbols) =>
    new Kernel(targetOf(page, '6.12.117', symbols, { cmdline: '' }));
  const run = (leaf: PlacedRun['leaf'], covers: Range, owner = 1): PlacedRun => ({
    start: null,
    size: 0,
    leaf,
    covers,
    owner,
  });

  it('counts the tables of each level, of which the two at the edges may be there already', () => {
    const forcedKernel = kernelOf(4096, DEBIAN);
    const range = { start: 0, size: TIB };
    expect(pageTableCost(forcedKernel, range, [])).toEqual({
      min: 4096 * (2 ** 19 - 2 + 1024 - 2),
      max: 4096 * (2 ** 19 + 1024),
    });
    // PMD leaves of the vmemmap: one table for 64 GiB
    expect(pageTableCost(forcedKernel, range, [run('pmd', range)])).toEqual({
      min: 4096 * (2 ** 19 - 2 + 1024 - 2 + 16 - 2),
      max: 4096 * (2 ** 19 + 1024 + 16),
    });
  });

  it('needs few where blocks are allowed', () => {
    expect(pageTableCost(kernelOf(4096, {}), { start: 0, size: TIB }, [])).toEqual({ min: 0, max: 0 });
    expect(pageTableCost(kernelOf(4096, {}), { start: 2 * MIB, size: 4 * GIB }, [])).toEqual({ min: 0, max: 2 * 4096 });
    expect(pageTableCost(kernelOf(16384, {}), { start: 0, size: 256 * GIB }, [])).toEqual({
      min: 2 * 16384,
      max: 4 * 16384,
    });
    expect(pageTableCost(kernelOf(16384, {}), { start: 2 * MIB, size: 64 * MIB }, [])).toEqual({
      min: 0,
      max: (2 + 1) * 16384,
    });
  });

  it('gives both bounds where it is not known which way the kernel goes', () => {
    const open = new Kernel(targetOf(4096, '6.18.2', DEBIAN, { cmdline: '' }));
    expect(pageTableCost(open, { start: 0, size: TIB }, [])).toEqual({ min: 0, max: 4096 * (2 ** 19 + 1024) });
  });

  it('leaves out the tables of the boot memmap, and spans from the first run to the last', () => {
    const kernel = kernelOf(4096, {});
    const at = (start: number) => ({ start, size: 128 * MIB });
    const range = { start: 0, size: GIB };
    expect(pageTableCost(kernel, range, [run('pte', at(0), BOOT)])).toEqual({ min: 0, max: 0 });
    expect(pageTableCost(kernel, range, [run('pte', at(0)), run('pte', at(GIB), BOOT)])).toEqual({
      min: 0,
      max: 2 * 4096,
    });
    expect(pageTableCost(kernel, range, [run('pmd', at(0)), run('pmd', at(128 * GIB))])).toEqual({
      min: 4096,
      max: 3 * 4096,
    });
  });
});

describe('page tables (kernel-facts D.7, measured on 4 GiB)', () => {
  function tables(page: PageSize, symbols: Symbols, size = 4 * GIB) {
    const target = targetOf(page, page === 65536 ? '6.1.192' : '6.12.117', symbols, { cmdline: '' });
    const { memmap } = judge(target, SMALL_RAM, requestOf(size, { align: page }));
    return { min: memmap?.pageTableBytesMin ?? -1, max: memmap?.pageTableBytes ?? -1 };
  }

  it.each([
    [4096, 8192 * KIB],
    [16384, 2048 * KIB],
    [65536, 512 * KIB],
  ] as const)('%i-byte pages: 8 bytes for each page of the device', (page, bytes) => {
    const { min, max } = tables(page, DEBIAN);
    expect(min).toBeLessThanOrEqual(bytes);
    expect(max).toBeGreaterThanOrEqual(bytes);
    expect(max - min).toBeLessThanOrEqual(8 * page);
  });

  it('next to nothing where blocks are allowed', () => {
    for (const page of [4096, 16384, 65536] as const) expect(tables(page, {}).max).toBeLessThanOrEqual(6 * page);
  });

  it('tells both bounds where the CPU is not known', () => {
    const target = targetOf(4096, '6.18.2', DEBIAN, { cmdline: '' });
    const { memmap } = judge(target, SMALL_RAM, requestOf(4 * GIB, { align: 4096 }));
    expect(memmap?.pageTableBytesMin).toBeLessThan(64 * KIB);
    expect(memmap?.pageTableBytes).toBeGreaterThan(8 * MIB);
  });
});
