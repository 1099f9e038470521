import { describe, expect, it } from 'vitest';
import { mapOf, requestOf, SMALL_RAM, targetOf } from '../test/builders.ts';
import { GIB, KIB, MIB } from './align.ts';
import { judge } from './judge.ts';
import type { MemoryMap, PlugRequest, Target } from './types.ts';

function warnings(target: Target, request: PlugRequest, map: MemoryMap = SMALL_RAM) {
  return judge(target, map, request).warnings;
}

function codes(target: Target, request: PlugRequest, map: MemoryMap = SMALL_RAM): readonly string[] {
  return warnings(target, request, map).map(({ code }) => code);
}

describe('tail struct pages that device-dax shares (kernel-facts D.8)', () => {
  const devdax = requestOf(GIB, { mode: 'devdax', map: 'mem' });

  it('cost two vmemmap pages for each compound', () => {
    const result = judge(targetOf(4096, '6.2.1'), SMALL_RAM, devdax);
    expect(result.warnings).toContainEqual({
      code: 'DAX_MEMMAP_SHARED',
      facts: { align: 2 * MIB, shared: 512 * 2 * 4 * KIB, full: 16 * MIB },
    });
    expect(result.memmap?.dramBytes).toBe(4 * MIB);
  });

  it('are told, but not counted on, where the release does not say', () => {
    const result = judge(targetOf(4096, '6.1.50'), SMALL_RAM, devdax);
    expect(result.warnings.map(({ code }) => code)).toContain('DAX_MEMMAP_SHARED');
    expect(result.memmap?.dramBytes).toBe(16 * MIB);
  });

  it.each<[string, string, Partial<PlugRequest>]>([
    ['fsdax', '6.2.1', { mode: 'fsdax' }],
    ['an altmap', '6.2.1', { map: 'dev' }],
    ['an alignment of one page', '6.2.1', { align: 4096 }],
    ['v6.4', '6.4.6', {}],
    ['v6.1 with the fix', '6.1.192', {}],
  ])('are not there with %s', (_name, release, more) => {
    const result = judge(targetOf(4096, release), SMALL_RAM, { ...devdax, ...more });
    expect(result.outcome).toBe('ok');
    expect(result.warnings.map(({ code }) => code)).not.toContain('DAX_MEMMAP_SHARED');
    expect(result.memmap?.dramBytes).toBe(more.map === 'dev' ? 0 : 16 * MIB);
  });

  it('are not there for raw namespaces with pages', () => {
    const target = targetOf(4096, '6.2.1', { ARM64_PMEM: 'y' });
    expect(codes(target, requestOf(GIB, { mode: 'raw', map: 'mem' }))).not.toContain('DAX_MEMMAP_SHARED');
  });
});

describe('lost capacity', () => {
  const target = targetOf(65536, '6.12.117');

  it('is told above a tenth', () => {
    // an alignment of 512 MiB keeps that much for the memmap
    expect(codes(target, requestOf(5 * GIB))).not.toContain('CAPACITY_LOST');
    expect(warnings(target, requestOf(4 * GIB))).toContainEqual({
      code: 'CAPACITY_LOST',
      facts: { lost: 512 * MIB, size: 4 * GIB, dataoff: 512 * MIB, endTrunc: 0 },
    });
  });

  it('is all of it in a namespace of size zero', () => {
    expect(warnings(targetOf(65536, '6.1.192'), requestOf(1022 * MIB))).toContainEqual({
      code: 'ZERO_SIZE',
      facts: { dataoff: 512 * MIB, endTrunc: 510 * MIB },
    });
  });
});

describe('neighbours that may share a vmemmap page (kernel-facts E.7)', () => {
  const target = targetOf(65536, '6.12.117');
  const RAM = '40000000-7fffffff : System RAM';
  /** 32 MiB in the middle of the 64 MiB that one vmemmap page describes are left free on both sides. */
  const middle = requestOf(32 * MIB, { at: 16 * MIB, align: 65536 });

  function neighbours(request: PlugRequest, ...lines: readonly string[]): readonly unknown[] {
    return warnings(target, request, mapOf(RAM, ...lines))
      .filter(({ code }) => code === 'SHARED_VMEMMAP_PAGE')
      .map(({ facts }) => facts['neighbour']);
  }

  it('are namespaces, dax devices and hot-added RAM before and after', () => {
    expect(neighbours(middle, '100000000-100ffffff : namespace0.0')).toEqual(['namespace0.0']);
    expect(neighbours(middle, '100800000-100ffffff : dax0.0')).toEqual(['dax0.0']);
    expect(neighbours(middle, '103000000-103ffffff : namespace1.0')).toEqual(['namespace1.0']);
    expect(neighbours(middle, '103000000-10fffffff : System RAM (kmem)')).toEqual(['System RAM (kmem)']);
    expect(neighbours(middle, 'f0000000-103ffffff : Persistent Memory', '  103000000-103ffffff : dax1.0')).toEqual([
      'dax1.0',
    ]);
  });

  it('are told once', () => {
    expect(neighbours(middle, '100000000-100ffffff : namespace0.0', '103000000-103ffffff : namespace1.0')).toEqual([
      'namespace0.0',
      'namespace1.0',
    ]);
  });

  it('are not devices without struct pages, those of another vmemmap page, nor the range itself', () => {
    expect(neighbours(middle, '100000000-100ffffff : pl011')).toEqual([]);
    expect(neighbours(middle, '104000000-107ffffff : namespace1.0', 'fc000000-ffffffff : dax0.0')).toEqual([]);
    expect(neighbours(middle, '101000000-102ffffff : namespace0.0')).toEqual([]);
    const whole = requestOf(64 * MIB, { align: 65536 });
    expect(neighbours(whole, '104000000-107ffffff : namespace1.0', 'fc000000-ffffffff : dax0.0')).toEqual([]);
  });

  it('are not those in a section with boot RAM: its memmap stays', () => {
    const far = '110000000-110ffffff : System RAM';
    expect(neighbours(middle, '100000000-100ffffff : namespace0.0', far)).toEqual([]);
    expect(neighbours(middle, '100000000-100ffffff : namespace0.0', '120000000-120ffffff : System RAM')).toEqual([
      'namespace0.0',
    ]);
  });
});
