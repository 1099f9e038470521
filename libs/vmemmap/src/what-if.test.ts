import { describe, expect, it } from 'vitest';
import { readRelease } from '../conformance/read-boots.ts';
import { requestOf, SMALL_RAM, targetOf } from '../test/builders.ts';
import { GIB, MIB } from './align.ts';
import { judge } from './judge.ts';
import { Kernel } from './kernel.ts';
import type { PageSize } from './types.ts';
import { whatIf } from './what-if.ts';

function bits(from: PageSize, to: PageSize, va: number, pa: number, release = '6.1.192') {
  const host = targetOf(from, release, { ARM64_VA_BITS: va, ARM64_PA_BITS: pa });
  const { target } = whatIf(host, { pageSize: to });
  const kernel = new Kernel(target);
  return [kernel.vaBits, kernel.paBits];
}

describe('whatIf', () => {
  it('carries a config over to another page size and says what changed', () => {
    const host = targetOf(4096, '6.12.117', { ARM64_VA_BITS: 39 });
    const { target, changes, assumptions } = whatIf(host, { pageSize: 65536 });
    expect(target.config.get('ARM64_64K_PAGES')).toEqual({ type: 'y' });
    expect(target.config.get('ARM64_4K_PAGES')).toEqual({ type: 'not-set' });
    expect(target.config.get('ZONE_DEVICE')).toEqual({ type: 'y' });
    expect(changes.find((change) => change.symbol === 'ARM64_VA_BITS')).toMatchObject({
      from: { type: 'number', value: 39 },
      to: { type: 'number', value: 42 },
      why: 'legal with this page size: 42, 48, 52',
    });
    expect(assumptions).toHaveLength(1);
    expect(judge(target, SMALL_RAM, requestOf(2 * GIB)).align).toBe(512 * MIB);
  });

  it.each<[PageSize, PageSize, number, number, string, number, number]>([
    [4096, 16384, 39, 48, '6.1.192', 47, 48],
    [4096, 65536, 48, 48, '6.1.192', 48, 48],
    [16384, 4096, 36, 48, '6.1.192', 39, 48],
    [16384, 65536, 47, 48, '6.1.192', 48, 48],
    [65536, 4096, 42, 48, '6.1.192', 48, 48],
    [65536, 4096, 52, 52, '6.1.192', 48, 48],
    [65536, 4096, 52, 52, '6.12.117', 52, 52],
    [65536, 16384, 48, 52, '6.12.117', 48, 48],
  ])('%i to %i: %i and %i bits on %s become %i and %i', (from, to, va, pa, release, newVa, newPa) => {
    expect(bits(from, to, va, pa, release)).toEqual([newVa, newPa]);
  });

  it('changes nothing for the page size that the host has', () => {
    const host = targetOf(4096, '6.12.117');
    const { target, changes } = whatIf(host, { pageSize: 4096 });
    expect(changes).toEqual([]);
    expect(target).toEqual({ ...host, config: target.config });
  });

  it('drops what is known of the running kernel when the release changes', () => {
    const host = targetOf(
      4096,
      '6.1.0-50-arm64',
      {},
      { upstream: readRelease('6.1.192'), known: { altmapHonoured: false } },
    );
    const { target, assumptions } = whatIf(host, { release: readRelease('6.12.117') });
    expect(target.upstream).toBeUndefined();
    expect(target.known).toBeUndefined();
    expect(assumptions[0]).toContain('6.12.117');
    expect(whatIf(host, { pageSize: 65536 }).target.upstream?.raw).toBe('6.1.192');
  });

  it('takes a whole other config as it is', () => {
    const host = targetOf(4096, '6.12.117');
    const other = targetOf(65536, '6.12.117').config;
    const { target, changes } = whatIf(host, { pageSize: 65536, config: other });
    expect(changes).toEqual([]);
    expect(target.config).toBe(other);
  });
});

describe('the symbols that a page size takes along', () => {
  const changed = (from: PageSize, to: PageSize, symbols: Parameters<typeof targetOf>[2], release = '6.12.117') =>
    whatIf(targetOf(from, release, symbols), { pageSize: to }).changes.map(({ symbol, to: value, why }) => [
      symbol,
      value.type === 'number' ? value.value : value.type,
      why,
    ]);
  const ASKED = 'the page size asked for';

  it('are those of the choice that it makes illegal, and no others', () => {
    expect(changed(4096, 16384, { ARM64_VA_BITS_48: 'y' })).toEqual([
      ['ARM64_4K_PAGES', 'not-set', ASKED],
      ['ARM64_16K_PAGES', 'y', ASKED],
    ]);
    const legal = 'legal with this page size: 36, 47, 48, 52';
    expect(changed(4096, 16384, { ARM64_VA_BITS: 39, ARM64_VA_BITS_39: 'y', ARM64_VA_BITS_48: 'n' })).toEqual([
      ['ARM64_4K_PAGES', 'not-set', ASKED],
      ['ARM64_16K_PAGES', 'y', ASKED],
      ['ARM64_VA_BITS', 47, legal],
      ['ARM64_VA_BITS_39', 'not-set', legal],
      ['ARM64_VA_BITS_47', 'y', legal],
    ]);
  });

  it('are the physical bits too where 52 of them are not on offer', () => {
    const wide = { ARM64_VA_BITS: 48, ARM64_VA_BITS_48: 'y', ARM64_PA_BITS: 52, ARM64_PA_BITS_52: 'y' } as const;
    const why = '52 physical address bits need 64K pages, or 52 virtual ones since v6.9';
    expect(changed(65536, 4096, wide).slice(2)).toEqual([
      ['ARM64_PA_BITS', 48, why],
      ['ARM64_PA_BITS_48', 'y', why],
      ['ARM64_PA_BITS_52', 'not-set', why],
    ]);
    expect(changed(65536, 16384, { ...wide, ARM64_PA_BITS: 48, ARM64_PA_BITS_52: 'n' })).toHaveLength(2);
    const wider = { ...wide, ARM64_VA_BITS: 52, ARM64_VA_BITS_48: 'n', ARM64_VA_BITS_52: 'y' } as const;
    expect(changed(65536, 4096, wider)).toHaveLength(2);
    expect(changed(65536, 4096, wider, '6.9.0')).toHaveLength(2);
    expect(changed(65536, 4096, wider, '6.8.0').map(([symbol]) => symbol)).toContain('ARM64_PA_BITS');
    expect(changed(4096, 65536, { ...wide, ARM64_VA_BITS_48: 'y' })).toHaveLength(2);
  });

  it('are not touched where the config does not tell how many bits there are', () => {
    expect(changed(4096, 65536, { ARM64_VA_BITS: 'n' }).map(([symbol]) => symbol)).toEqual([
      'ARM64_4K_PAGES',
      'ARM64_64K_PAGES',
    ]);
  });
});

it('keeps what is known of the host where nothing says otherwise', () => {
  const host = targetOf(4096, '6.12.117', {}, { cpuHasVa52: true, known: { zeroSizeCheck: false } });
  const { target, assumptions } = whatIf(host, { pageSize: 65536 });
  expect(target).toMatchObject({ cpuHasVa52: true, known: { zeroSizeCheck: false }, cmdline: 'nokaslr' });
  expect(assumptions).toEqual(['the kernel is built for the other page size with nothing else changed']);
  const other = whatIf(host, { release: readRelease('6.18.2') });
  expect(other.target).not.toHaveProperty('known');
  expect(other.target.cpuHasVa52).toBe(true);
  expect(other.assumptions).toHaveLength(1);
  expect(whatIf(host, { release: readRelease('6.18.2'), config: host.config }).assumptions).toEqual([]);
  expect(whatIf(targetOf(4096, '6.12.117'), { pageSize: 4096 }).target).not.toHaveProperty('cpuHasVa52');
});
