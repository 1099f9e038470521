import { describe, expect, it } from 'vitest';
import { mapOf, requestOf, SMALL_RAM, targetOf } from '../test/builders.ts';
import { endOf, GIB, KIB, MIB } from './align.ts';
import { judge } from './judge.ts';
import type { PageSize, PlugRequest, PlugResult } from './types.ts';

const PAGES: readonly PageSize[] = [4096, 16384, 65536];

function ask(page: PageSize, release: string, request: PlugRequest): PlugResult {
  return judge(targetOf(page, release), SMALL_RAM, request);
}

/** A namespace at the page size, `at` bytes past a section border. */
function small(page: PageSize, size: number, at = 0): PlugRequest {
  return requestOf(size, { at, align: page });
}

describe('the altmap with 4K pages (kernel-facts E.6)', () => {
  const sizes = [16, 64, 126, 128, 130, 192, 254, 256, 384, 1022, 1024, 1026, 2046, 2048].map((mib) => mib * MIB);
  const starts = [0, 2, 64, 126].map((mib) => mib * MIB);
  const SEC = 128 * MIB;

  /** Whole sections, and the bytes in a partial one before and after them. */
  function shape(start: number, size: number) {
    const first = Math.ceil(start / SEC) * SEC;
    const last = Math.floor((start + size) / SEC) * SEC;
    if (last < first) return { whole: 0, head: size, tail: 0, touched: 1 };
    const head = first - start;
    const tail = start + size - last;
    const whole = (last - first) / SEC;
    return { whole, head, tail, touched: whole + (head > 0 ? 1 : 0) + (tail > 0 ? 1 : 0) };
  }

  const cases = starts.flatMap((at) => sizes.map((size) => ({ at, size })));

  it.each(['6.1.192', '6.12.117', '6.14.0', '6.18.15', '7.3.4'])('%s: base pages for partial sections', (release) => {
    for (const { at, size } of cases) {
      const { whole, head, tail } = shape(4 * GIB + at, size);
      const fails = whole >= 1 && tail > 0 && head + tail <= 126 * MIB;
      expect([at, size, ask(4096, release, small(4096, size, at)).outcome]).toEqual([
        at,
        size,
        fails ? 'refused' : 'ok',
      ]);
    }
  });

  it.each(['6.2.1', '6.4.6', '6.9.0', '6.13.2'])('%s: whole 2 MiB blocks, no fallback', (release) => {
    for (const { at, size } of cases) {
      const { touched } = shape(4 * GIB + at, size);
      const result = ask(4096, release, small(4096, size, at));
      const fails = (result.infoBlock?.dataoff ?? 0) < 2 * MIB * (touched + 1);
      expect([at, size, result.outcome]).toEqual([at, size, fails ? 'refused' : 'ok']);
    }
  });

  it.each(['5.12.9', '5.15.100', '5.17.0', '6.0.1'])(
    '%s: whole 2 MiB blocks, base pages of the device where they run out',
    (release) => {
      for (const { at, size } of cases) {
        const { touched } = shape(4 * GIB + at, size);
        const result = ask(4096, release, small(4096, size, at));
        const dataoff = result.infoBlock?.dataoff ?? 0;
        const fails = dataoff < 2 * MIB * (touched + 1) && dataoff > 2 * MIB;
        expect([at, size, result.outcome]).toEqual([at, size, fails ? 'refused' : 'ok']);
      }
    },
  );

  it('5.10.223: sections of 1 GiB, blocks for each 128 MiB touched, no fallback', () => {
    for (const { at, size } of cases) {
      const { touched } = shape(4 * GIB + at, size);
      const result = ask(4096, '5.10.223', small(4096, size, at));
      const fails = (result.infoBlock?.dataoff ?? 0) < 2 * MIB * (touched + 1);
      expect([at, size, result.outcome]).toEqual([at, size, fails ? 'refused' : 'ok']);
    }
  });

  it('says what ran out, with the errno of the probe and no message of its own', () => {
    const result = ask(4096, '6.12.117', small(4096, 130 * MIB));
    expect(result).toMatchObject({
      outcome: 'refused',
      reason: 'ALTMAP_EXHAUSTED',
      errno: 12,
      bindErrno: 12,
      stage: 'bind',
      message: null,
    });
    expect(result.altmap).toMatchObject({ reserve: 2, allocated: 512, alignLoss: 510 });
    expect(result.messages).toContain('failed to free all reserved pages');
    expect(result.memmap?.runs).toHaveLength(1);
  });

  it('puts the memmap of 1 GiB into eight blocks behind the first 2 MiB', () => {
    const { altmap, memmap, usable, outcome } = ask(4096, '6.12.117', requestOf(GIB));
    expect(outcome).toBe('ok');
    expect(altmap).toEqual({ basePfn: GIB / 1024, reserve: 2, free: 4606, allocated: 4096, alignLoss: 510 });
    expect(memmap).toMatchObject({ deviceBytes: 16 * MIB, dramBytes: 0 });
    expect(memmap?.runs).toEqual([
      { start: 4 * GIB + 2 * MIB, size: 16 * MIB, where: 'device', leaf: 'pmd', covers: { start: 4 * GIB, size: GIB } },
    ]);
    expect(usable).toEqual({ start: 4 * GIB + 18 * MIB, size: 1006 * MIB });
  });
});

describe('the altmap with 16K and 64K pages (kernel-facts E.6)', () => {
  it.each(['5.10.223', '6.1.192', '6.18.15', '7.3.4'])(
    '%s: fails where a half-used page is not reserved',
    (release) => {
      for (let mib = 18; mib <= 1100; mib += 2) {
        expect([mib, ask(16384, release, small(16384, mib * MIB)).outcome]).toEqual([
          mib,
          mib % 512 === 510 ? 'refused' : 'ok',
        ]);
      }
      for (let mib = 1950; mib <= 2100; mib += 2) {
        const fails = mib >= 1986 && mib <= 2040;
        expect([mib, ask(65536, release, small(65536, mib * MIB)).outcome]).toEqual([mib, fails ? 'refused' : 'ok']);
      }
    },
  );

  it('never fails with the large alignment, nor with map=mem', () => {
    for (const size of [510, 1022, 1534].map((mib) => mib * MIB)) {
      expect(ask(16384, '6.12.117', requestOf(size, { align: 32 * MIB })).outcome).toBe('ok');
      expect(ask(16384, '6.12.117', { ...small(16384, size), map: 'mem' }).outcome).toBe('ok');
    }
    expect(ask(65536, '6.12.117', requestOf(2032 * MIB, { align: 512 * MIB })).outcome).toBe('ok');
  });

  it('uses one page for each 4 MiB and 64 MiB', () => {
    expect(ask(16384, '6.12.117', small(16384, GIB)).altmap).toMatchObject({
      reserve: 1,
      free: 383,
      allocated: 256,
      alignLoss: 0,
    });
    expect(ask(65536, '6.12.117', small(65536, GIB)).altmap).toMatchObject({
      reserve: 1,
      free: 31,
      allocated: 16,
      alignLoss: 0,
    });
  });
});

describe('holes in the vmemmap (kernel-facts E.7)', () => {
  it.each([
    [16384, 4 * MIB, 32 * MIB],
    [65536, 64 * MIB, 128 * MIB],
  ] as const)('%i-byte pages: an oops where the end lies before the offset of the start', (page, block, length) => {
    for (let start = 0; start < block; start += 2 * MIB) {
      for (let end = 0; end < block; end += 2 * MIB) {
        const size = length + end - start;
        const result = ask(page, '6.1.192', { ...small(page, size, start), map: 'mem' });
        const hole = end > 0 && start >= end;
        expect([start, end, result.outcome]).toEqual([start, end, hole ? 'oops' : 'ok']);
        if (hole) expect(result.reason).toBe('VMEMMAP_HOLE');
      }
    }
  });

  it('is a matter of each section: the border fills the page', () => {
    const crossing = requestOf(64 * MIB, { at: 512 * MIB - 16 * MIB, align: 65536, map: 'mem' });
    expect(ask(65536, '6.1.192', crossing).outcome).toBe('ok');
  });

  it('does not happen with 4K pages', () => {
    for (const at of [2, 48, 126])
      expect(ask(4096, '6.12.117', { ...small(4096, 64 * MIB, at * MIB), map: 'mem' }).outcome).toBe('ok');
  });
});

describe('compounds that run past the end (v5.17 on)', () => {
  const request = requestOf(256 * MIB, { at: 16 * MIB, mode: 'devdax', map: 'mem', align: 32 * MIB });

  it('oopses with map=mem at an unaligned start', () => {
    expect(ask(16384, '6.1.192', request)).toMatchObject({ outcome: 'oops', reason: 'COMPOUND_OVERRUN' });
    expect(ask(16384, '6.1.192', { ...request, map: 'dev' }).outcome).toBe('ok');
    expect(ask(16384, '6.1.192', { ...request, mode: 'fsdax' }).outcome).toBe('ok');
    expect(ask(16384, '5.15.100', request).outcome).toBe('ok');
  });
});

describe('versions', () => {
  it('is not possible before v5.7', () => {
    const withoutHotremove = targetOf(65536, '5.6.4', { MEMORY_HOTREMOVE: 'n' });
    expect(judge(withoutHotremove, SMALL_RAM, requestOf(GIB))).toMatchObject({
      outcome: 'unsupported',
      reason: 'NO_ARCH_HOTREMOVE',
    });
    // Hot-remove in the config of such a release: a patched tree, of which nobody knows what else it has.
    expect(ask(65536, '5.4.60', requestOf(GIB))).toMatchObject({ outcome: 'unknown', reason: 'UNDECIDED' });
  });

  it.each(['5.7.14', '5.8.18'])('%s takes DRAM although the device was asked for', (release) => {
    for (const page of PAGES) {
      const result = ask(page, release, small(page, GIB));
      expect(result).toMatchObject({ outcome: 'ok-dram', reason: 'ALTMAP_IGNORED' });
      expect(result.memmap).toMatchObject({ deviceBytes: 0, dramBytes: (GIB / page) * 64 });
      expect(result.lostBytes).toBe(result.infoBlock?.dataoff);
    }
    expect(ask(4096, release, { ...small(4096, GIB), map: 'mem' }).outcome).toBe('ok');
  });

  it('shows ENODEV for every probe error up to v5.12, the error itself from v5.14 on', () => {
    const refused = requestOf(256 * MIB, { align: 512 * MIB });
    for (const [release, seen] of [
      ['5.10.223', 19],
      ['5.12.9', 19],
      ['5.14.0', 6],
      ['6.12.117', 6],
    ] as const)
      expect(ask(65536, release, refused)).toMatchObject({ errno: 6, bindErrno: seen });
  });

  it('answers for both possibilities where a stable fix is not known, and is unknown only where they differ', () => {
    const unsure = ask(4096, '6.12.50', small(4096, 64 * MIB));
    expect(unsure).toMatchObject({ outcome: 'unknown', reason: 'UNDECIDED' });
    expect(unsure.missing[0]).toContain('d4234d131b0a');
    expect(unsure.also.map(({ code }) => code).sort()).toEqual(['ALTMAP_EXHAUSTED', 'OK']);
    expect(ask(4096, '6.12.50', small(4096, GIB)).outcome).toBe('ok');
    expect(ask(65536, '6.12.50', small(65536, GIB)).outcome).toBe('ok');
    expect(ask(4096, '6.6.80', small(4096, 130 * MIB))).toMatchObject({
      outcome: 'refused',
      reason: 'ALTMAP_EXHAUSTED',
    });
  });

  it('is unknown for a vendor kernel that may or may not carry the altmap commits', () => {
    expect(ask(65536, '4.18.0-305.el8.aarch64', small(65536, GIB))).toMatchObject({ outcome: 'unknown' });
    expect(ask(65536, '5.14.0-427.el9.aarch64+64k', small(65536, GIB)).outcome).toBe('ok');
  });
});

describe('config', () => {
  function withSymbols(symbols: Parameters<typeof targetOf>[2], request: PlugRequest = requestOf(GIB)): PlugResult {
    return judge(targetOf(65536, '6.12.117', symbols), SMALL_RAM, { ...request, align: 65536 });
  }

  it.each([
    [{ ZONE_DEVICE: 'n' }, 'NO_ZONE_DEVICE'],
    [{ MEMORY_HOTREMOVE: 'n' }, 'NO_ZONE_DEVICE'],
    [{ NVDIMM_PFN: 'n' }, 'NO_PFN_DRIVER'],
    [{ LIBNVDIMM: 'n' }, 'NO_PFN_DRIVER'],
    [{ OF_PMEM: 'n' }, 'NO_PROVIDER_DRIVER'],
  ] as const)('%o: %s', (symbols, reason) => {
    expect(withSymbols(symbols)).toMatchObject({ outcome: 'unsupported', reason, stage: 'no-seed' });
  });

  it('asks for the drivers of the mode', () => {
    expect(withSymbols({ DEV_DAX_PMEM: 'n' }).outcome).toBe('ok');
    expect(withSymbols({ DEV_DAX_PMEM: 'n' }, requestOf(GIB, { mode: 'devdax' }))).toMatchObject({
      reason: 'NO_DEVDAX_DRIVER',
    });
    expect(withSymbols({ DEV_DAX_KMEM: 'n' }, requestOf(GIB, { mode: 'kmem' }))).toMatchObject({
      reason: 'NO_KMEM_DRIVER',
    });
    expect(withSymbols({ ACPI_NFIT: 'n' }, requestOf(GIB, { provider: 'nfit' }))).toMatchObject({
      reason: 'NO_PROVIDER_DRIVER',
    });
  });

  it('takes the page size as the only alignment without transparent huge pages', () => {
    const result = withSymbols({ TRANSPARENT_HUGEPAGE: 'n' }, requestOf(GIB, { align: 65536 }));
    expect(result).toMatchObject({ outcome: 'ok', align: 65536, alignRefused: false });
    const large = judge(
      targetOf(65536, '6.12.117', { TRANSPARENT_HUGEPAGE: 'n' }),
      SMALL_RAM,
      requestOf(GIB, { align: 512 * MIB }),
    );
    expect(large).toMatchObject({ outcome: 'ok', align: 65536, alignRefused: true });
  });

  it('is unknown where a fragment does not say', () => {
    const target = targetOf(65536, '6.12.117');
    const { ...rest } = target;
    const fragment = {
      complete: false,
      get: (symbol: string) => (symbol === 'ZONE_DEVICE' ? { type: 'absent' as const } : target.config.get(symbol)),
    };
    expect(judge({ ...rest, config: fragment }, SMALL_RAM, requestOf(GIB))).toMatchObject({
      outcome: 'unknown',
      reason: 'CONFIG_INCOMPLETE',
      missing: ['CONFIG_ZONE_DEVICE'],
    });
  });

  it('is unknown where struct page may have more than 64 bytes', () => {
    const result = withSymbols({ KASAN_HW_TAGS: 'y', NUMA_BALANCING: 'y', MEMCG: 'y' });
    expect(result).toMatchObject({ outcome: 'unknown', reason: 'STRUCT_PAGE_UNKNOWN' });
    expect(withSymbols({ KASAN_HW_TAGS: 'y', NUMA_BALANCING: 'n', MEMCG: 'y' }).outcome).toBe('ok');
  });

  it('does not mix page sizes', () => {
    const target = { ...targetOf(65536, '6.12.117'), pageSize: 4096 as const };
    expect(judge(target, SMALL_RAM, requestOf(GIB))).toMatchObject({
      outcome: 'unknown',
      reason: 'PAGE_SIZE_CONFLICT',
    });
  });

  it('names the questions and the answers of an old vendor kernel, and is certain of what none of them changes', () => {
    const vendor = targetOf(4096, '4.18.0-477.el8.aarch64');
    const partial = judge(vendor, SMALL_RAM, requestOf(130 * MIB, { align: 4096 }));
    expect(partial).toMatchObject({ outcome: 'unknown', reason: 'UNDECIDED' });
    expect(partial.facts['answers']).toContain('ok-dram (ALTMAP_IGNORED)');
    expect(partial.facts['answers']).toContain('refused (ALTMAP_EXHAUSTED)');
    expect(partial.missing.join()).toContain('takes struct pages from the device reservation instead of DRAM');
    // kernel-facts C.1 and F: the least size is of all versions, and el8 has pfn_devs.c of v5.7
    expect(judge(vendor, SMALL_RAM, requestOf(8 * MIB, { align: 4096 }))).toMatchObject({
      outcome: 'refused',
      errno: 6,
    });
    const misaligned = judge(vendor, SMALL_RAM, requestOf(GIB, { at: MIB, align: 4096 }));
    expect(misaligned).toMatchObject({ outcome: 'refused', reason: 'START_MISALIGNED', errno: 22 });
  });

  it('is unknown without a memory map', () => {
    expect(judge(targetOf(65536, '6.12.117'), { entries: [], zeroed: false }, requestOf(GIB))).toMatchObject({
      outcome: 'unknown',
      reason: 'IOMEM_MISSING',
      missing: ['/proc/iomem'],
    });
  });

  it('is unknown without root', () => {
    const zeroed = { ...SMALL_RAM, zeroed: true };
    expect(judge(targetOf(65536, '6.12.117'), zeroed, requestOf(GIB))).toMatchObject({
      outcome: 'unknown',
      reason: 'IOMEM_ZEROED',
    });
  });
});

describe('the namespace', () => {
  it('has at least 16 MiB', () => {
    expect(ask(16384, '6.12.117', small(16384, 14 * MIB))).toMatchObject({
      reason: 'NAMESPACE_TOO_SMALL',
      errno: 6,
      stage: 'namespace',
      bindErrno: null,
    });
    expect(ask(16384, '6.12.117', small(16384, 16 * MIB)).outcome).toBe('ok');
  });

  it('keeps the default where an alignment is not offered: never 1 GiB on arm64', () => {
    const result = ask(4096, '6.12.117', requestOf(2 * GIB, { align: GIB }));
    expect(result).toMatchObject({ alignRefused: true, align: 2 * MIB, outcome: 'ok' });
  });

  it('loses half of a GiB to the default alignment of 64K pages, and says so', () => {
    const result = ask(65536, '6.12.117', requestOf(GIB));
    expect(result).toMatchObject({ outcome: 'ok', lostBytes: 512 * MIB });
    expect(result.warnings.map(({ code }) => code)).toContain('CAPACITY_LOST');
  });

  it('needs page-aligned mappings where DIMMs are behind the region', () => {
    const odd = requestOf(GIB + 4096, { provider: 'nfit', align: 65536 });
    expect(ask(65536, '6.12.117', odd)).toMatchObject({ reason: 'REGION_MISALIGNED', errno: 22 });
    expect(ask(65536, '6.12.117', { ...odd, provider: 'of' }).outcome).toBe('ok');
  });

  it('may come up empty and crash on removal up to v6.5', () => {
    const result = ask(65536, '6.1.192', requestOf(1022 * MIB));
    expect(result).toMatchObject({ outcome: 'ok', oopsOnRemoval: true, usable: { size: 0 } });
    expect(ask(65536, '6.1.192', requestOf(1022 * MIB, { map: 'mem' }))).toMatchObject({
      outcome: 'ok',
      oopsOnRemoval: false,
    });
    expect(ask(65536, '6.1.192', requestOf(1022 * MIB, { mode: 'devdax' }))).toMatchObject({
      outcome: 'refused',
      reason: 'DAX_ZERO_SIZE',
      errno: null,
      stage: 'dax-child',
    });
  });
});

describe('the memory map', () => {
  const target = targetOf(4096, '6.12.117');

  it('refuses what overlaps RAM before anything is written', () => {
    const map = mapOf('40000000-7fffffff : System RAM', '100000000-13fffffff : System RAM');
    expect(judge(target, map, requestOf(GIB))).toMatchObject({ reason: 'BUSY', errno: 16, infoBlock: null });
  });

  it('has written the info block where only the end overlaps', () => {
    const map = mapOf('40000000-7fffffff : System RAM', '120000000-13fffffff : System RAM');
    const result = judge(target, map, requestOf(GIB));
    expect(result).toMatchObject({ reason: 'BUSY', errno: 16 });
    expect(result.infoBlock).not.toBeNull();
  });

  it('does not take the range itself for another user', () => {
    const map = mapOf(
      '40000000-7fffffff : System RAM',
      '100000000-1011fffff : namespace0.0',
      '101200000-13fffffff : dax0.0',
      '  108000000-137ffffff : System RAM (kmem)',
    );
    expect(judge(target, map, requestOf(GIB)).outcome).toBe('ok');
  });

  it('fails over memory that is marked no-map', () => {
    const map = mapOf('40000000-7fffffff : System RAM', '100000000-13fffffff : reserved');
    expect(judge(target, map, requestOf(GIB))).toMatchObject({ reason: 'NOMAP_OVERLAP', errno: 17 });
  });

  it('reuses the boot memmap in a section that has RAM', () => {
    // recorded: 4K, RAM ends 64 MiB before a section border, 256 MiB after it: one block and 256 pages
    const map = mapOf('40000000-83ffffff : System RAM');
    const request = { ...requestOf(256 * MIB, { align: 4096 }), range: { start: 0x84000000, size: 256 * MIB } };
    const result = judge(target, map, request);
    expect(result.outcome).toBe('ok');
    expect(result.altmap?.allocated).toBe(512 + 256);
    expect(result.memmap?.runs.map((run) => run.where)).toEqual(['boot', 'device', 'device']);
    expect(result.warnings).toContainEqual({ code: 'EARLY_SECTION', facts: { bytes: 64 * MIB } });
  });

  it('warns of a neighbour in the same vmemmap page', () => {
    const map = mapOf('40000000-7fffffff : System RAM', '100000000-101ffffff : namespace0.0');
    const request = requestOf(32 * MIB, { at: 32 * MIB, align: 65536 });
    const warned = judge(targetOf(65536, '6.12.117'), map, request).warnings.map(({ code }) => code);
    expect(warned).toContain('SHARED_VMEMMAP_PAGE');
    const apart = requestOf(64 * MIB, { at: 64 * MIB, align: 65536 });
    expect(judge(targetOf(65536, '6.12.117'), map, apart).warnings.map(({ code }) => code)).not.toContain(
      'SHARED_VMEMMAP_PAGE',
    );
  });

  it('does not have the DRAM for the memmap of a large device', () => {
    const map = mapOf('40000000-47ffffff : System RAM');
    const request = requestOf(132 * GIB, { map: 'mem', align: 65536 });
    expect(judge(targetOf(65536, '6.12.117'), map, request)).toMatchObject({ reason: 'DRAM_EXHAUSTED', errno: 12 });
    expect(judge(targetOf(65536, '6.12.117'), map, { ...request, map: 'dev' }).outcome).toBe('ok');
  });
});

describe('the linear map (kernel-facts A.6, A.7, D.6)', () => {
  // recorded: k61-4k-va39-highpa-ram
  const at = (start: number): PlugRequest => ({ ...requestOf(GIB), range: { start, size: GIB } });

  it('begins at the first RAM and has half of the virtual addresses', () => {
    const target = targetOf(4096, '6.1.192', { ARM64_VA_BITS: 39 });
    expect(judge(target, SMALL_RAM, at(0x3fc0000000)).outcome).toBe('ok');
    const beyond = judge(target, SMALL_RAM, at(0x4020000000));
    expect(beyond).toMatchObject({ outcome: 'refused', reason: 'LINEAR_MAP', errno: 22 });
    expect(beyond.message).toBe(
      'Hotplug memory [0x4020000000-0x4060000000] exceeds maximum addressable range [0x40000000-0x403fffffff]',
    );
    expect(beyond.infoBlock).not.toBeNull();
  });

  it.each([
    [4096, 39, 38],
    [16384, 36, 35],
    [16384, 47, 46],
    [65536, 42, 41],
    [65536, 48, 47],
  ] as const)('%i-byte pages, %i bits: reaches 2^%i', (page, bits, reach) => {
    const target = targetOf(page, '6.12.117', { ARM64_VA_BITS: bits });
    const last = GIB + 2 ** reach - GIB;
    const request = { ...requestOf(GIB, { align: page }), range: { start: last, size: GIB } };
    expect(judge(target, SMALL_RAM, request).outcome).toBe('ok');
    expect(judge(target, SMALL_RAM, { ...request, range: { start: last + 512 * MIB, size: GIB } }).outcome).toBe(
      'refused',
    );
  });

  it('includes both of its ends', () => {
    const map = mapOf('50000000-7fffffff : System RAM');
    const target = targetOf(4096, '6.12.117', { ARM64_VA_BITS: 39 });
    const lowest = { ...requestOf(128 * MIB), range: { start: GIB, size: 128 * MIB } };
    expect(judge(target, map, lowest).outcome).toBe('ok');
    expect(judge(target, map, { ...lowest, range: { start: GIB - 2 * MIB, size: 128 * MIB } }).reason).toBe(
      'LINEAR_MAP',
    );
    const wide = targetOf(65536, '6.12.117', { ARM64_VA_BITS: 52 }, { cpuHasVa52: true });
    expect(judge(wide, SMALL_RAM, at(2 ** 48 - GIB)).outcome).toBe('ok');
    expect(judge(wide, SMALL_RAM, at(2 ** 48 - 512 * MIB))).toMatchObject({
      reason: 'PHYS_BITS',
      facts: { limit: 2 ** 48 },
    });
    const old = targetOf(65536, '5.10.223', { ARM64_VA_BITS: 52 }, { cpuHasVa52: true });
    expect(judge(old, SMALL_RAM, at(2 ** 48 - GIB)).outcome).toBe('ok');
  });

  it('drops low RAM where RAM reaches further than it does', () => {
    // 256 GiB of linear map, RAM from 1 GiB to 321 GiB: it begins at 65 GiB
    const map = mapOf('40000000-7fffffff : System RAM', '5000000000-503fffffff : System RAM');
    const target = targetOf(4096, '6.12.117', { ARM64_VA_BITS: 39 });
    expect(judge(target, map, at(4 * GIB))).toMatchObject({
      reason: 'LINEAR_MAP',
      facts: { limitStart: 65 * GIB, limitEnd: 321 * GIB },
    });
    expect(judge(target, map, at(65 * GIB)).outcome).toBe('ok');
  });

  it('rounds its start down to 1 GiB, with 64K pages to 512 MiB where sections are that small', () => {
    const map = mapOf('70000000-afffffff : System RAM');
    const low = { ...requestOf(256 * MIB, { align: 65536 }), range: { start: 0x40000000, size: 256 * MIB } };
    expect(judge(targetOf(65536, '6.12.117'), map, low)).toMatchObject({
      reason: 'LINEAR_MAP',
      facts: { limitStart: 0x60000000 },
    });
    expect(judge(targetOf(65536, '5.10.223'), map, low).outcome).toBe('ok');
    expect(judge(targetOf(16384, '6.12.117'), map, { ...low, align: 16384 }).outcome).toBe('ok');
  });

  it('is cut by KASAN and by 52-bit KVM, by how much is not known', () => {
    const kasan = { KASAN_GENERIC: 'y', ARM64_VA_BITS: 39 } as const;
    expect(judge(targetOf(4096, '6.12.117', kasan), SMALL_RAM, at(200 * GIB))).toMatchObject({
      outcome: 'unknown',
      missing: ['where the KASAN shadow begins'],
    });
    expect(judge(targetOf(4096, '6.12.117', kasan), SMALL_RAM, at(100 * GIB)).outcome).toBe('ok');
    expect(judge(targetOf(4096, '6.12.117', kasan), SMALL_RAM, at(300 * GIB)).outcome).toBe('refused');
    const kvm = { KVM: 'y', ARM64_VA_BITS: 52, ARM64_PA_BITS: 52 } as const;
    const beyond = at(2 ** 51 + 4 * GIB);
    expect(judge(targetOf(65536, '6.12.117', kvm, { cpuHasVa52: true }), SMALL_RAM, beyond).outcome).toBe('unknown');
    expect(
      judge(targetOf(65536, '6.12.117', { ...kvm, KVM: 'n' }, { cpuHasVa52: true }), SMALL_RAM, beyond).outcome,
    ).toBe('ok');
  });

  it('names the step that is not decided', () => {
    const wide = { ARM64_VA_BITS: 52, ARM64_PA_BITS: 52 };
    const { steps } = judge(targetOf(65536, '6.1.192', wide), SMALL_RAM, at(2 ** 47 + 4 * GIB));
    expect(steps.at(-1)).toMatchObject({ id: 'LINEAR_MAP', verdict: 'unknown' });
    const noRam = judge(targetOf(65536, '6.1.192'), mapOf('9000000-9000fff : pl011'), at(4 * GIB));
    expect(noRam).toMatchObject({ outcome: 'unknown', missing: ['System RAM in the memory map'] });
    expect(noRam.steps.at(-1)).toMatchObject({ id: 'LINEAR_MAP', verdict: 'unknown' });
  });

  it('is not looked at up to v5.9, by the arch code in v5.10 and v5.11', () => {
    const request = at(0x4020000000);
    const va39 = { ARM64_VA_BITS: 39 };
    expect(judge(targetOf(4096, '5.9.1', va39), SMALL_RAM, request)).toMatchObject({
      outcome: 'oops',
      reason: 'LINEAR_MAP_UNCHECKED',
    });
    expect(judge(targetOf(4096, '5.10.223', va39), SMALL_RAM, request)).toMatchObject({
      reason: 'LINEAR_MAP',
      message: '[4020000000 4060000000] is outside linear mapping region',
    });
  });

  it('stops at the physical address bits: E2BIG up to v5.11, EINVAL after', () => {
    const far = at(2 ** 48);
    const wide = { ARM64_VA_BITS: 52, ARM64_PA_BITS: 48 };
    const known = { cpuHasVa52: true };
    expect(judge(targetOf(65536, '5.10.223', wide, known), SMALL_RAM, far)).toMatchObject({
      reason: 'PHYS_BITS',
      errno: 7,
    });
    expect(judge(targetOf(65536, '6.1.192', wide, known), SMALL_RAM, far)).toMatchObject({
      reason: 'PHYS_BITS',
      errno: 22,
    });
  });

  it('is unknown where the CPU decides and is not known', () => {
    const request = at(2 ** 47 + 4 * GIB);
    const wide = { ARM64_VA_BITS: 52, ARM64_PA_BITS: 52 };
    expect(judge(targetOf(65536, '6.1.192', wide), SMALL_RAM, request)).toMatchObject({
      outcome: 'unknown',
      missing: ['whether the CPU has 52-bit virtual addresses'],
    });
    expect(judge(targetOf(65536, '6.1.192', wide, { cpuHasVa52: true }), SMALL_RAM, request).outcome).toBe('ok');
    expect(judge(targetOf(65536, '6.1.192', wide, { cpuHasVa52: false }), SMALL_RAM, request).outcome).toBe('refused');
    expect(judge(targetOf(65536, '6.1.192', wide), SMALL_RAM, at(4 * GIB)).outcome).toBe('ok');
  });

  it('is unknown without a symbol only where the symbol decides', () => {
    const target = targetOf(4096, '6.1.192');
    const config = {
      complete: false,
      get: (symbol: string) =>
        symbol.startsWith('ARM64_VA') ? { type: 'absent' as const } : target.config.get(symbol),
    };
    expect(judge({ ...target, config }, SMALL_RAM, at(4 * GIB)).outcome).toBe('ok');
    expect(judge({ ...target, config }, SMALL_RAM, at(2 ** 40))).toMatchObject({
      outcome: 'unknown',
      missing: ['CONFIG_ARM64_VA_BITS'],
    });
  });

  it('may begin below the first RAM with KASLR, so that what lies there is undecided', () => {
    const map = mapOf('80000000-bfffffff : System RAM');
    const below = at(GIB);
    const kaslr = { RANDOMIZE_BASE: 'y' } as const;
    expect(judge(targetOf(4096, '6.1.192', kaslr, { cmdline: '' }), map, below)).toMatchObject({ outcome: 'unknown' });
    expect(judge(targetOf(4096, '6.1.192', kaslr), map, below)).toMatchObject({
      outcome: 'refused',
      reason: 'LINEAR_MAP',
    });
    expect(judge(targetOf(4096, '6.18.2', kaslr, { cmdline: '' }), map, below).outcome).toBe('refused');
    const moved = judge(targetOf(4096, '6.1.192', kaslr, { cmdline: '' }), map, below);
    expect(moved.missing).toEqual(['where KASLR puts the linear map (nokaslr)']);
    const above = judge(
      targetOf(4096, '6.1.192', { ...kaslr, ARM64_VA_BITS: 39 }, { cmdline: '' }),
      map,
      at(400 * GIB),
    );
    expect(above.outcome).toBe('refused');
  });

  it('may be moved by KASLR up to v5.10', () => {
    const kaslr = { RANDOMIZE_BASE: 'y', ARM64_VA_BITS: 39 } as const;
    const high = at(2 ** 37);
    expect(judge(targetOf(4096, '5.10.223', kaslr, { cmdline: '' }), SMALL_RAM, high)).toMatchObject({
      outcome: 'unknown',
    });
    expect(judge(targetOf(4096, '5.10.223', kaslr, { cmdline: 'nokaslr' }), SMALL_RAM, high).outcome).toBe('ok');
    expect(judge(targetOf(4096, '6.1.192', kaslr, { cmdline: '' }), SMALL_RAM, high).outcome).toBe('ok');
    const near = judge(targetOf(4096, '5.10.223', { RANDOMIZE_BASE: 'y' }, { cmdline: '' }), SMALL_RAM, at(4 * GIB));
    expect(near.outcome).toBe('ok');
    expect(near.warnings.map(({ code }) => code)).toContain('KASLR_RISK');
  });
});

describe('raw namespaces', () => {
  const raw = requestOf(GIB, { mode: 'raw', map: 'mem' });

  it('get struct pages in DRAM only with ARM64_PMEM and from a region that asks for them', () => {
    const pmem = { ARM64_PMEM: 'y' } as const;
    expect(judge(targetOf(4096, '6.12.117'), SMALL_RAM, raw)).toMatchObject({
      outcome: 'ok',
      reason: 'RAW_OK',
      memmap: { dramBytes: 0 },
    });
    expect(judge(targetOf(4096, '6.12.117', pmem), SMALL_RAM, raw)).toMatchObject({
      reason: 'RAW_WITH_PAGES',
      memmap: { dramBytes: 16 * MIB },
    });
    expect(judge(targetOf(4096, '6.12.117', pmem), SMALL_RAM, { ...raw, provider: 'nfit' })).toMatchObject({
      reason: 'RAW_OK',
    });
  });

  it('must fit sub-sections then, and can crash the boot', () => {
    const pmem = { ARM64_PMEM: 'y' } as const;
    const odd = { ...raw, range: { start: 4 * GIB, size: GIB + 65536 } };
    expect(judge(targetOf(4096, '6.12.117', pmem), SMALL_RAM, odd)).toMatchObject({
      reason: 'RAW_MISALIGNED',
      errno: 95,
    });
    // recorded: Debian 6.12.117 16K, 2 MiB past a 4 MiB border, 20 MiB
    const hole = requestOf(20 * MIB, { at: 2 * MIB, mode: 'raw', map: 'mem' });
    expect(judge(targetOf(16384, '6.12.117', pmem), SMALL_RAM, hole)).toMatchObject({
      outcome: 'oops',
      reason: 'VMEMMAP_HOLE',
      stage: 'boot-probe',
    });
  });

  it('are refused without ND_CLAIM, and without room to map them', () => {
    const off = { ND_CLAIM: 'n', NVDIMM_PFN: 'n' } as const;
    expect(judge(targetOf(4096, '6.12.117', off), SMALL_RAM, raw)).toMatchObject({ reason: 'NO_RAW_DRIVER', errno: 6 });
    const small36 = targetOf(16384, '6.12.117', { ARM64_VA_BITS: 36 });
    expect(judge(small36, SMALL_RAM, requestOf(32 * GIB, { mode: 'raw' }))).toMatchObject({ reason: 'RAW_NO_SPACE' });
  });
});

describe('an existing info block', () => {
  function blockOf(page: PageSize, request: PlugRequest) {
    const { infoBlock } = ask(page, '6.12.117', request);
    if (infoBlock === null) throw new Error('no block');
    return infoBlock;
  }

  it('made with 4K pages can crash a 64K kernel at boot', () => {
    const request = requestOf(256 * MIB, { at: 2 * MIB, align: 4096, map: 'mem' });
    const infoBlock = blockOf(4096, request);
    expect(ask(4096, '6.12.117', { ...request, infoBlock }).outcome).toBe('ok');
    expect(ask(65536, '6.12.117', { ...request, infoBlock })).toMatchObject({ outcome: 'oops', stage: 'boot-probe' });
  });

  it('comes up raw where nobody looks for it', () => {
    const request = requestOf(GIB);
    const infoBlock = blockOf(4096, request);
    const result = judge(targetOf(4096, '6.12.117', { NVDIMM_PFN: 'n', BTT: 'y' }), SMALL_RAM, {
      ...request,
      infoBlock,
    });
    expect(result).toMatchObject({ outcome: 'unsupported', reason: 'NO_PFN_DRIVER', facts: { comesUpRaw: true } });
  });

  it('keeps its data where pages get larger', () => {
    const request = requestOf(GIB, { align: 4096 });
    const infoBlock = blockOf(4096, request);
    const before = ask(4096, '6.12.117', { ...request, infoBlock });
    const after = ask((64 * KIB) as PageSize, '6.12.117', { ...request, infoBlock });
    expect(after.outcome).toBe('ok');
    expect(after.usable).toEqual(before.usable);
    expect(after.altmap?.allocated).toBe(16);
  });
});

describe('ndctl', () => {
  const ndctl = (size: number, more: Partial<PlugRequest> & { at?: number } = {}) =>
    ask(65536, '6.12.117', requestOf(size, { via: 'ndctl', ...more }));

  it('refuses what the kernel would take', () => {
    expect(ndctl(256 * MIB)).toMatchObject({ reason: 'NDCTL_SIZE_ALIGN', stage: 'ndctl', errno: null });
    expect(ndctl(100 * MIB)).toMatchObject({ reason: 'NDCTL_REGION_ALIGN' });
    expect(ndctl(GIB, { align: 2 * MIB })).toMatchObject({ reason: 'NDCTL_ALIGN_UNSUPPORTED' });
    expect(ndctl(GIB)).toMatchObject({ outcome: 'ok', align: 512 * MIB });
  });

  it('takes the page size where the start does not fit the default alignment', () => {
    expect(ndctl(GIB, { at: 64 * MIB })).toMatchObject({ outcome: 'ok', align: 65536 });
  });
});

describe('the picture of a range', () => {
  it('fills it without gaps', () => {
    const request = { ...requestOf(1100 * MIB + 64 * KIB, { align: 32 * MIB }) };
    const { layout } = ask(16384, '6.12.117', request);
    expect(layout.map((piece) => piece.kind)).toEqual(['info-block', 'memmap', 'reserved', 'data', 'end-trunc']);
    let at = request.range.start;
    for (const piece of layout) {
      expect(piece.start).toBe(at);
      at = endOf(piece);
    }
    expect(at).toBe(endOf(request.range));
  });
});

describe('what else is wrong', () => {
  it('is told beside the first reason', () => {
    const target = targetOf(4096, '6.12.117', { ZONE_DEVICE: 'n', ARM64_VA_BITS: 39 });
    const result = judge(target, SMALL_RAM, { ...requestOf(GIB), range: { start: 2 ** 40 + MIB, size: GIB } });
    expect(result.reason).toBe('NO_ZONE_DEVICE');
    expect(result.also.map(({ code }) => code)).toEqual(['START_MISALIGNED', 'LINEAR_MAP']);
  });
});
