import { describe, expect, it } from 'vitest';
import { mapOf, requestOf, SMALL_RAM, targetOf } from '../test/builders.ts';
import { GIB, KIB, MIB } from './align.ts';
import { judge } from './judge.ts';
import { Kernel } from './kernel.ts';
import { offlineKmem, onlineKmem } from './kmem.ts';
import { MemoryState } from './memory-state.ts';
import { physicalMapOf } from './physical-map.ts';
import type { MemoryMap, PageSize, PlugRequest, PlugResult, Range, Target } from './types.ts';

function ask(page: PageSize, release: string, request: PlugRequest): PlugResult {
  return judge(targetOf(page, release), SMALL_RAM, request);
}

describe('system RAM on the device (kmem)', () => {
  const kmem = (size: number, more: Partial<PlugRequest> = {}) =>
    requestOf(size, { mode: 'kmem', numaNode: 0, align: 65536, ...more });

  it('onlines whole memory blocks of the data area, their struct pages in DRAM', () => {
    const result = ask(65536, '6.12.117', kmem(2 * GIB));
    expect(result).toMatchObject({ outcome: 'ok-dram', reason: 'KMEM_MEMMAP_IN_DRAM' });
    expect(result.kmem).toMatchObject({
      blocks: 3,
      blockSize: 512 * MIB,
      cutBytes: 508 * MIB,
      memmapDramBytes: 1536 * KIB,
    });
    expect(result.usable).toEqual({ start: 4 * GIB + 512 * MIB, size: 1536 * MIB });
  });

  it('uses blocks of 1 GiB up to v5.11', () => {
    expect(ask(65536, '5.10.223', kmem(2 * GIB)).kmem).toMatchObject({ blocks: 1, blockSize: GIB });
  });

  it('needs a whole block and a node', () => {
    expect(ask(65536, '6.12.117', kmem(512 * MIB))).toMatchObject({
      reason: 'KMEM_TOO_SMALL',
      errno: 22,
      stage: 'kmem',
    });
    expect(ask(65536, '6.12.117', kmem(2 * GIB, { numaNode: -1 }))).toMatchObject({
      reason: 'KMEM_NO_NODE',
      errno: 22,
    });
    expect(ask(65536, '6.12.117', kmem(2 * GIB, { numaNode: null }))).toMatchObject({
      outcome: 'unknown',
      missing: ['the NUMA node of the region'],
    });
  });

  it('is refused outside the linear map: E2BIG from v5.12 on', () => {
    const beyond = { ...kmem(2 * GIB, { align: 4096 }), range: { start: 0x4020000000, size: 2 * GIB } };
    const va39 = { ARM64_VA_BITS: 39 };
    expect(judge(targetOf(4096, '6.12.117', va39), SMALL_RAM, beyond)).toMatchObject({
      reason: 'LINEAR_MAP',
      errno: 7,
      stage: 'kmem',
    });
    expect(judge(targetOf(4096, '5.10.223', va39), SMALL_RAM, beyond)).toMatchObject({
      reason: 'LINEAR_MAP',
      errno: 22,
    });
  });

  it('carries its memmap only with 4K pages, the parameter and the attribute', () => {
    const onMemory = (page: PageSize, cmdline: string, memmapOnMemory: boolean) =>
      judge(targetOf(page, '6.12.117', {}, { cmdline }), SMALL_RAM, kmem(2 * GIB, { align: page, memmapOnMemory })).kmem
        ?.memmapOnMemory;
    expect(onMemory(4096, 'memory_hotplug.memmap_on_memory=1', true)).toBe(true);
    expect(onMemory(4096, 'memory_hotplug.memmap_on_memory=0', true)).toBe(false);
    expect(onMemory(4096, 'memory_hotplug.memmap_on_memory=1', false)).toBe(false);
    const early = targetOf(4096, '6.8.0', {}, { cmdline: 'memory_hotplug.memmap_on_memory=1' });
    expect(judge(early, SMALL_RAM, kmem(2 * GIB, { align: 4096, memmapOnMemory: true })).kmem?.memmapOnMemory).toBe(
      false,
    );
    expect(onMemory(16384, 'memory_hotplug.memmap_on_memory=force', true)).toBe(false);
    expect(onMemory(65536, 'memory_hotplug.memmap_on_memory=force', true)).toBe(false);
  });
});

describe('memory_hotplug.memmap_on_memory (kernel-facts H.2, H.3)', () => {
  /** What becomes of a 1 GiB dax device at 4 GiB: whether its memory blocks carry their own memmap. */
  function onMemory(target: Target, more: Partial<PlugRequest> = {}) {
    const kernel = new Kernel(target);
    const state = new MemoryState(kernel, physicalMapOf(SMALL_RAM), false);
    const request = requestOf(GIB, { mode: 'kmem', numaNode: 0, memmapOnMemory: true, ...more });
    return onlineKmem(kernel, state, request, { start: 4 * GIB, size: GIB }).result;
  }

  const with4K = (release: string, option: string | null, symbols: Parameters<typeof targetOf>[2] = {}) =>
    targetOf(4096, release, symbols, {
      cmdline: option === null ? null : `nokaslr memory_hotplug.memmap_on_memory${option}`,
    });

  it.each([
    ['=1', true],
    ['=Y', true],
    ['=on', true],
    ['=force', true],
    ['=0', false],
    ['=N', false],
    ['=n', false],
    ['=off', false],
    ['_other=1', false],
  ])('the parameter %s', (option, expected) => {
    const result = onMemory(with4K('6.12.117', option));
    expect(result.memmapOnMemory).toBe(expected);
    expect(result.memmapDramBytes).toBe(expected ? 0 : 16 * MIB);
  });

  it('is not known where the command line is not', () => {
    expect(onMemory(with4K('6.12.117', null)).memmapOnMemory).toBeNull();
    expect(onMemory(with4K('6.12.117', null, { MHP_MEMMAP_ON_MEMORY: 'n' })).memmapOnMemory).toBe(false);
    expect(onMemory(with4K('6.6.9', null)).memmapOnMemory).toBe(false);
  });

  it('takes the option in the config', () => {
    expect(onMemory(with4K('6.12.117', '=1', { MHP_MEMMAP_ON_MEMORY: 'n' })).memmapOnMemory).toBe(false);
  });

  it.each<[string, Partial<PlugRequest>, boolean | null]>([
    ['6.6.9', { volatile: true }, false],
    ['6.8.0', { volatile: true }, true],
    ['6.8.0', { volatile: true, memmapOnMemory: false }, true],
    ['6.8.0', { volatile: false, memmapOnMemory: true }, false],
    ['6.9.0', { memmapOnMemory: true }, true],
    ['6.9.0', { volatile: true, memmapOnMemory: false }, false],
    ['5.14.0-427.el9.aarch64', { volatile: true }, null],
    ['5.14.0-427.el9.aarch64', { volatile: false }, false],
  ])('%s with %o: %s (the attribute came with v6.9)', (release, more, expected) => {
    expect(onMemory(with4K(release, '=1'), more).memmapOnMemory).toBe(expected);
  });

  it('is a default only of volatile CXL memory', () => {
    const { memmapOnMemory: _attribute, ...request } = requestOf(GIB, {
      mode: 'kmem',
      numaNode: 0,
      memmapOnMemory: true,
    });
    const kernel = new Kernel(with4K('6.12.117', '=1'));
    const result = (more: Partial<PlugRequest>) =>
      onlineKmem(
        kernel,
        new MemoryState(kernel, physicalMapOf(SMALL_RAM), false),
        { ...request, ...more },
        {
          start: 4 * GIB,
          size: GIB,
        },
      ).result.memmapOnMemory;
    expect(result({})).toBe(false);
    expect(result({ volatile: true })).toBe(true);
  });

  it.each([
    [{ TRANSPARENT_HUGEPAGE: 'n' as const, HUGETLB_PAGE: 'n' as const }, '=1', false],
    [{ TRANSPARENT_HUGEPAGE: 'n' as const, HUGETLB_PAGE: 'n' as const }, '=force', true],
    [{ TRANSPARENT_HUGEPAGE: 'n' as const, HUGETLB_PAGE: 'y' as const }, '=1', true],
    [{ TRANSPARENT_HUGEPAGE: 'y' as const, HUGETLB_PAGE: 'n' as const }, '=1', true],
  ])('%o%s: %s, by the size of a pageblock', (symbols, option, expected) => {
    expect(onMemory(with4K('6.12.117', option, symbols)).memmapOnMemory).toBe(expected);
  });
});

describe('onlineKmem', () => {
  const DATA: Range = { start: 4 * GIB, size: 2 * GIB };

  function machine(target: Target, map: MemoryMap = SMALL_RAM) {
    const kernel = new Kernel(target);
    const state = new MemoryState(kernel, physicalMapOf(map), false);
    const online = (data: Range = DATA, more: Partial<PlugRequest> = {}) =>
      onlineKmem(kernel, state, requestOf(data.size, { mode: 'kmem', numaNode: 0, ...more }), data);
    return { state, online };
  }

  it('takes the struct pages of its own blocks from DRAM, and gives them back', () => {
    const { online, state } = machine(targetOf(4096, '6.12.117'));
    const far = { start: 16 * GIB, size: GIB };
    expect(online()).toMatchObject({ result: { memmapDramBytes: 32 * MIB }, messages: [], missing: [] });
    expect(online(far).result.memmapDramBytes).toBe(16 * MIB);
    expect(state.dram.used).toBe(48 * MIB);
    expect(state.onlined).toHaveLength(2);
    expect(offlineKmem(state, { start: 8 * GIB, size: GIB })).toBe(false);
    expect(offlineKmem(state, far)).toBe(true);
    expect(state.onlined.map(({ data }) => data)).toEqual([DATA]);
    expect(state.dram.used).toBe(32 * MIB);
    expect(online(far).result.errno).toBeNull();
    expect(offlineKmem(state, DATA)).toBe(true);
    expect(state.onlined.map(({ data }) => data)).toEqual([far]);
  });

  it('is refused where memory is already, and where DRAM runs out', () => {
    const { online } = machine(targetOf(4096, '6.12.117'));
    expect(online().result.errno).toBeNull();
    expect(online()).toMatchObject({ result: { errno: 17, reason: 'SUBSECTION_OCCUPIED' }, messages: [], owner: null });
    const tiny = machine(targetOf(4096, '6.12.117'), mapOf('40000000-40ffffff : System RAM'));
    expect(tiny.online()).toMatchObject({ result: { errno: 12, reason: 'DRAM_EXHAUSTED', memmapDramBytes: 0 } });
  });

  it.each<[string, Partial<PlugRequest>, boolean]>([
    ['6.12.117', { provider: 'of' }, true],
    ['6.12.117', { provider: 'unknown' }, true],
    ['6.12.117', { provider: 'nfit' }, false],
    ['5.15.100', { provider: 'virtio' }, true],
    ['6.3.1', { provider: 'virtio' }, true],
    ['6.4.6', { provider: 'virtio' }, false],
    ['7.1.5', { provider: 'virtio' }, false],
  ])('%s, %o: whether firmware must name the node: %s (kernel-facts H.1)', (release, more, needed) => {
    const missing = needed ? ['the NUMA node of the region'] : [];
    const { online } = machine(targetOf(4096, release));
    expect(online(DATA, { ...more, numaNode: null }).missing).toEqual(missing);
    expect(online({ start: 16 * GIB, size: GIB }, { ...more, numaNode: 1 }).missing).toEqual([]);
    const flat = machine(targetOf(4096, release, { NUMA: 'n' }));
    expect(flat.online(DATA, { ...more, numaNode: null }).missing).toEqual([]);
  });

  it('reaches what any linear map that is possible reaches, to its last byte', () => {
    const va39 = targetOf(4096, '6.12.117', { ARM64_VA_BITS: 39 });
    const end = GIB + 2 ** 38;
    expect(machine(va39).online({ start: end - GIB, size: GIB }).result.errno).toBeNull();
    expect(machine(va39).online({ start: end, size: GIB }).result).toMatchObject({ errno: 7, reason: 'LINEAR_MAP' });
    const low = mapOf('80000000-bfffffff : System RAM');
    expect(machine(va39, low).online({ start: 2 * GIB - GIB, size: GIB }).result.errno).toBe(7);
    const above = mapOf('80000000-83ffffff : System RAM');
    expect(machine(va39, above).online({ start: 3 * GIB, size: GIB }).result.errno).toBeNull();
    // A CPU with or without 52-bit addresses: not refused while one of them would take it.
    const wide = targetOf(4096, '6.12.117', { ARM64_VA_BITS: 52, ARM64_PA_BITS: 52, KVM: 'n' });
    expect(machine(wide).online({ start: 2 ** 48, size: GIB }).result.errno).toBeNull();
    expect(machine({ ...wide, cpuHasVa52: false }).online({ start: 2 ** 48, size: GIB }).result.errno).toBe(7);
    const noRam = machine(targetOf(4096, '6.12.117'), { entries: [], zeroed: false });
    expect(noRam.online().result.errno).toBeNull();
  });
});

describe('a dax device that kmem takes over', () => {
  const kmem = (more: Partial<PlugRequest> = {}) =>
    requestOf(2 * GIB, { mode: 'kmem', numaNode: 0, align: 65536, ...more });

  it('is good where nobody asked for the memmap on the device', () => {
    expect(ask(65536, '6.12.117', kmem({ map: 'mem' }))).toMatchObject({ outcome: 'ok', reason: 'OK' });
    const { infoBlock } = ask(65536, '6.12.117', kmem({ map: 'mem' }));
    expect(ask(65536, '6.12.117', kmem({ infoBlock }))).toMatchObject({ outcome: 'ok', reason: 'OK' });
    const soft = kmem({ provider: 'hmem', map: 'dev' });
    expect(ask(65536, '6.12.117', soft)).toMatchObject({ outcome: 'ok', usable: { start: 4 * GIB, size: 2 * GIB } });
  });

  it('is good where the blocks carry their own memmap', () => {
    const target = targetOf(4096, '6.12.117', {}, { cmdline: 'memory_hotplug.memmap_on_memory=1' });
    const request = kmem({ align: 4096, memmapOnMemory: true });
    expect(judge(target, SMALL_RAM, request)).toMatchObject({ outcome: 'ok', kmem: { memmapOnMemory: true } });
    expect(judge(target, SMALL_RAM, kmem({ align: 4096 }))).toMatchObject({
      outcome: 'ok-dram',
      facts: { online: 1920 * MIB, dram: 30 * MIB },
    });
  });

  it('tells what is cut off, and only where something is', () => {
    const codes = (request: PlugRequest) => ask(65536, '6.12.117', request).warnings.map(({ code }) => code);
    expect(codes(kmem())).toContain('KMEM_CUT');
    expect(codes(kmem({ provider: 'hmem', map: 'mem' }))).not.toContain('KMEM_CUT');
  });

  it('names the limits of the linear map', () => {
    const beyond = { ...kmem({ align: 4096 }), range: { start: 0x4020000000, size: 2 * GIB } };
    expect(judge(targetOf(4096, '6.12.117', { ARM64_VA_BITS: 39 }), SMALL_RAM, beyond).facts).toMatchObject({
      end: 0x4020000000 + 2 * GIB,
      limitStart: GIB,
      limitEnd: GIB + 2 ** 38,
    });
    expect(ask(65536, '6.12.117', kmem({ numaNode: -1 })).facts).not.toHaveProperty('limitStart');
  });

  it('is unknown, not refused, where the node is missing', () => {
    expect(ask(65536, '6.12.117', kmem({ numaNode: null }))).toMatchObject({
      outcome: 'unknown',
      reason: 'UNDECIDED',
      facts: { missing: 'the NUMA node of the region' },
      kmem: { blocks: 3 },
    });
  });
});
