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
