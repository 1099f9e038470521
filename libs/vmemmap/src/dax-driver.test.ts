import { describe, expect, it } from 'vitest';
import { mapOf, requestOf, SMALL_RAM, targetOf } from '../test/builders.ts';
import { GIB, MIB } from './align.ts';
import { judge } from './judge.ts';
import type { PageSize, PlugRequest, PlugResult } from './types.ts';

function ask(page: PageSize, release: string, request: PlugRequest): PlugResult {
  return judge(targetOf(page, release), SMALL_RAM, request);
}

describe('memory without a namespace', () => {
  it.each([
    [4096, 2],
    [16384, 32],
    [65536, 512],
  ] as const)('%i-byte pages: start and size must be multiples of %i MiB', (page, mib) => {
    const hmem = (at: number, size: number) => requestOf(size, { provider: 'hmem', mode: 'devdax', map: 'mem', at });
    expect(ask(page, '6.12.117', hmem(0, 2 * GIB)).outcome).toBe('ok');
    expect(ask(page, '6.12.117', hmem((mib * MIB) / 2, 2 * GIB))).toMatchObject({
      reason: 'DAX_REGION_MISALIGNED',
      errno: 12,
    });
    expect(ask(page, '6.12.117', hmem(0, 2 * GIB + (mib * MIB) / 2))).toMatchObject({
      reason: 'DAX_REGION_MISALIGNED',
    });
  });
});

describe('what another holds', () => {
  const target = targetOf(4096, '6.12.117');
  const devdax = requestOf(GIB, { mode: 'devdax' });

  it('stops dax_pmem where the metadata lies, and its child where the data lies', () => {
    const ram = (at: string) => mapOf('40000000-7fffffff : System RAM', `${at} : System RAM`);
    expect(judge(target, ram('100800000-1009fffff'), devdax)).toMatchObject({
      reason: 'BUSY',
      errno: 16,
      stage: 'bind',
      infoBlock: { dataoff: 18 * MIB },
    });
    expect(judge(target, ram('110000000-1101fffff'), devdax)).toMatchObject({
      reason: 'BUSY',
      errno: 16,
      stage: 'dax-child',
      facts: { start: 0x110000000, end: 0x110200000 },
    });
  });

  it('stops memory without a namespace in the child as well', () => {
    const soft = requestOf(GIB, { provider: 'hmem', mode: 'devdax', map: 'mem' });
    const map = mapOf('40000000-7fffffff : System RAM', '110000000-1101fffff : System RAM');
    expect(judge(target, map, soft)).toMatchObject({ reason: 'BUSY', errno: 16, stage: 'dax-child' });
    const crossing = { ...soft, range: { start: 0x4020000000, size: GIB } };
    expect(judge(targetOf(4096, '6.12.117', { ARM64_VA_BITS: 39 }), SMALL_RAM, crossing)).toMatchObject({
      reason: 'LINEAR_MAP',
      errno: 22,
      stage: 'dax-child',
    });
  });
});

it('asks kmem only where system RAM is asked for', () => {
  const soft = requestOf(2 * GIB, { provider: 'hmem', mode: 'devdax', map: 'mem', numaNode: 0 });
  expect(ask(4096, '6.12.117', soft).kmem).toBeNull();
  expect(ask(4096, '6.12.117', { ...soft, mode: 'kmem' }).kmem).toMatchObject({ blocks: 16 });
});
