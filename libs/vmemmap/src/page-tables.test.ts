import { describe, expect, it } from 'vitest';
import { requestOf, SMALL_RAM, targetOf } from '../test/builders.ts';
import { GIB, KIB, MIB } from './align.ts';
import { judge } from './judge.ts';
import { Kernel } from './kernel.ts';
import { forcedPte } from './page-tables.ts';
import type { PageSize } from './types.ts';

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
