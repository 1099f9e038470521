import { describe, expect, it } from 'vitest';
import { mapOf } from '../test/builders.ts';
import { GIB, MIB } from './align.ts';
import { foreignClaims, physicalMapOf } from './physical-map.ts';
import type { Range } from './types.ts';

const ALL: Range = { start: 0, size: 2 ** 40 };
const RANGE: Range = { start: 4 * GIB, size: GIB };

/** Who holds part of the range that a namespace from 4 to 5 GiB wants. */
function holders(...lines: readonly string[]): readonly string[] {
  return foreignClaims(physicalMapOf(mapOf(...lines)), RANGE).map(({ kind, name }) => `${kind} ${name}`);
}

describe('physicalMapOf', () => {
  it('reads boot memory: RAM, and top-level "reserved" that is memory without a mapping', () => {
    const map = mapOf(
      '40000000-7fffffff : System RAM',
      '  40000000-40ffffff : reserved',
      '80000000-800fffff : reserved',
      '100000000-13fffffff : Persistent Memory',
      '  100000000-1000fffff : reserved',
    );
    const physical = physicalMapOf(map);
    expect(physical.ram).toEqual([{ start: GIB, size: GIB }]);
    expect(physical.nomap.meeting(ALL)).toEqual([{ start: 2 * GIB, size: MIB }]);
    expect(physical.boot.span).toEqual({ start: GIB, size: GIB + MIB });
    expect(physicalMapOf(map)).toBe(physical);
  });

  it('counts the DRAM that the kernel does not keep for itself', () => {
    const dram = (...lines: readonly string[]) => physicalMapOf(mapOf(...lines)).dramBytes;
    expect(dram('40000000-7fffffff : System RAM')).toBe(GIB);
    expect(
      dram(
        '40000000-7fffffff : System RAM',
        '  40000000-400fffff : Kernel code',
        '  40100000-401fffff : reserved',
        '  40200000-402fffff : Kernel data',
        '  40300000-403fffff : Crash kernel',
        '  40400000-404fffff : Kernel bss',
        '  40500000-405fffff : Kernel code of another',
        '  40600000-406fffff : not reserved',
        '  40700000-407fffff : ramoops',
      ),
    ).toBe(GIB - 5 * MIB);
    expect(dram('40000000-400fffff : System RAM', '  40000000-401fffff : Kernel code')).toBe(0);
    expect(dram('9000000-9000fff : pl011')).toBeNull();
  });

  it('knows RAM that was hot-added', () => {
    const lines = ['40000000-7fffffff : System RAM', '100000000-13fffffff : dax0.0'];
    const { hotplugged, ram } = physicalMapOf(mapOf(...lines, '  100000000-13fffffff : System RAM (kmem)'));
    expect(hotplugged.list()).toEqual([RANGE]);
    expect(ram).toHaveLength(1);
    expect(physicalMapOf(mapOf(...lines)).hotplugged.list()).toEqual([]);
  });
});

describe('foreignClaims', () => {
  it('are RAM of either kind, other devices and their memory', () => {
    expect(holders('100000000-1001fffff : System RAM')).toEqual(['ram System RAM']);
    expect(holders('100000000-1001fffff : System RAM (virtio_mem)')).toEqual(['ram System RAM (virtio_mem)']);
    expect(holders('e0000000-1001fffff : System RAM')).toEqual(['ram System RAM']);
    expect(holders('e0000000-1001fffff : namespace0.0')).toEqual(['namespace namespace0.0']);
    expect(holders('13ff00000-1400fffff : dax0.0')).toEqual(['dax dax0.0']);
    expect(holders('ff000000-1001fffff : pl011')).toEqual(['device pl011']);
    expect(holders('140000000-14fffffff : System RAM', 'c0000000-ffffffff : dax1.0')).toEqual([]);
  });

  it('are not the own namespace, its dax device and the memory on it', () => {
    const own = ['100000000-1011fffff : namespace0.0', '101200000-13fffffff : dax0.0'];
    expect(holders(...own)).toEqual([]);
    expect(holders(...own, '  108000000-137ffffff : System RAM (kmem)')).toEqual([]);
    expect(holders('100000000-1001fffff : pl011')).toEqual([]);
    // Boot RAM is nobody's device, wherever it is listed.
    expect(holders(...own, '  108000000-137ffffff : System RAM')).toEqual(['ram System RAM']);
    expect(holders('108000000-137ffffff : System RAM (kmem)')).toEqual(['ram System RAM (kmem)']);
  });

  it.each([
    'reserved',
    'Soft Reserved',
    'Persistent Memory',
    'Persistent Memory (legacy)',
    'CXL Window 0',
    'CXL Window 12',
    'region0',
    'region12',
    'hmem.3',
    'hmem.12',
    'dax_region',
    'PCI Bus 0000:00',
    'pmem@100000000',
    'Unknown E820 type',
  ])('are not "%s", under which a driver may claim a range', (name) => {
    expect(holders(`c0000000-1ffffffff : ${name}`)).toEqual([]);
  });

  it.each([
    'region',
    'regionX',
    'a region0',
    'reserved too',
    'hmem.',
    'hmem_1',
    'xPersistent Memory',
    'PC',
    'dax_regions',
  ])('are "%s", which is no such parent', (name) => {
    expect(holders(`c0000000-1ffffffff : ${name}`)).toEqual([`device ${name}`]);
  });

  it('are the leaves, not what holds them', () => {
    expect(holders('c0000000-1ffffffff : bus', '  c0000000-c00fffff : uart')).toEqual([]);
    expect(holders('c0000000-1ffffffff : bus', '  e0000000-1001fffff : uart')).toEqual(['device uart']);
  });

  it('take devices by the beginning of their names', () => {
    expect(holders('e0000000-1001fffff : a namespace0.0')).toEqual(['device a namespace0.0']);
    expect(holders('e0000000-1001fffff : a dax0.0')).toEqual(['device a dax0.0']);
  });
});
