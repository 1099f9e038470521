import { describe, expect, it } from 'vitest';
import { mapOf, requestOf, SMALL_RAM, targetOf } from '../test/builders.ts';
import { GIB, MIB } from './align.ts';
import { judge } from './judge.ts';
import { remediesFor } from './remedy.ts';
import type { MemoryMap, PageSize, PlugRequest, Target } from './types.ts';

function remedies(target: Target, request: PlugRequest, map: MemoryMap = SMALL_RAM) {
  return remediesFor(target, map, request, judge(target, map, request));
}

describe('remediesFor', () => {
  it('has nothing to say of what comes up', () => {
    expect(remedies(targetOf(4096, '6.12.117'), requestOf(GIB))).toEqual([]);
  });

  it('cuts off what does not fill a section with 4K pages', () => {
    const request = requestOf(1040 * MIB, { align: 4096 });
    const [first, moved, second] = remedies(targetOf(4096, '6.12.117'), request);
    expect(first).toMatchObject({
      kind: 'request',
      price: { lostBytes: 16 * MIB + 18 * MIB, dramBytes: 0, dataLost: false },
    });
    expect(first?.request.range).toEqual({ start: 4 * GIB, size: GIB });
    expect(first?.result.outcome).toBe('ok');
    expect(first?.summary).toContain('end 16 MiB earlier');
    // 126 MiB before the first section border leave enough pages that no block takes
    expect(moved?.request.range).toEqual({ start: 4 * GIB + 2 * MIB, size: 1038 * MIB });
    expect(moved?.price.lostBytes).toBe(2 * MIB + 18 * MIB);
    expect(second?.request.map).toBe('mem');
    expect(second?.price.dramBytes).toBeGreaterThan(16 * MIB);
  });

  it('gives a command where ndctl can do it, with the name that the host has', () => {
    const map = mapOf(
      '40000000-7fffffff : System RAM',
      '100000000-140ffffff : Persistent Memory',
      '  100000000-140ffffff : namespace3.0',
    );
    const request = requestOf(1040 * MIB, { align: 4096, provider: 'nfit' });
    const found = remedies(targetOf(4096, '6.12.117'), request, map);
    expect(found[0]?.command).toBe(
      `ndctl create-namespace --force --reconfig=namespace3.0 --mode=fsdax --map=dev --align=4096 --size=${GIB}`,
    );
    expect(remedies(targetOf(4096, '6.12.117'), { ...request, provider: 'of' }, map)[0]?.command).toBeNull();
    expect(found[2]?.command).toContain('--map=mem');
  });

  it('takes the page size as alignment where the default leaves nothing', () => {
    const [first] = remedies(targetOf(65536, '6.12.117'), requestOf(256 * MIB));
    expect(first?.request.align).toBe(65536);
    expect(first?.command).toContain('--align=65536');
  });

  it('moves a start that is in the way', () => {
    const [first] = remedies(targetOf(65536, '6.12.117'), requestOf(64 * MIB, { at: 48 * MIB, align: 65536 }));
    expect(first?.result.outcome).toBe('ok');
    expect(first?.price.lostBytes).toBeLessThan(64 * MIB);
    const [aligned] = remedies(targetOf(65536, '6.12.117'), requestOf(GIB, { at: MIB, align: 65536 }));
    expect(aligned?.request.range.start).toBe(4 * GIB + 2 * MIB);
    expect(aligned?.command).toBeNull();
  });

  it('says that making a namespace anew gives up what lies on it', () => {
    const request = requestOf(GIB, { align: 65536 });
    const { infoBlock } = judge(targetOf(65536, '6.12.117'), SMALL_RAM, request);
    const [first] = remedies(targetOf(4096, '6.12.117'), { ...request, infoBlock });
    expect(first).toMatchObject({ kind: 'request', price: { dataLost: true } });
  });

  it('names the symbols, as modules where the config has modules', () => {
    const target = targetOf(4096, '6.12.117', { ZONE_DEVICE: 'n', NVDIMM_PFN: 'n', BLK_DEV_PMEM: 'n' });
    const [first] = remedies(target, requestOf(GIB));
    expect(first?.kind).toBe('config');
    expect(first?.symbols.map(({ symbol, to }) => [symbol, to.type])).toEqual([
      ['ZONE_DEVICE', 'y'],
      ['BLK_DEV_PMEM', 'm'],
      ['NVDIMM_PFN', 'y'],
    ]);
    expect(first?.result.outcome).toBe('ok');
  });

  it('finds the release that honours the altmap, and the one that brings the fix', () => {
    expect(remedies(targetOf(65536, '5.8.18'), requestOf(GIB, { align: 65536 })).at(-1)).toMatchObject({
      kind: 'kernel',
      release: '5.9',
    });
    expect(remedies(targetOf(4096, '6.4.6'), requestOf(64 * MIB, { align: 4096 })).at(-1)).toMatchObject({
      kind: 'kernel',
      release: '6.14',
    });
    // base pages where no block of 2 MiB is left in the reservation
    expect(remedies(targetOf(4096, '5.10.44'), requestOf(64 * MIB, { align: 4096 })).at(-1)).toMatchObject({
      kind: 'kernel',
      release: '5.11',
    });
    // sections of 512 MiB, whose border lies in the range
    const crossing = requestOf(64 * MIB, { at: 512 * MIB - 16 * MIB, align: 65536, map: 'mem' });
    expect(remedies(targetOf(65536, '5.11.14'), crossing).at(-1)).toMatchObject({ kind: 'kernel', release: '5.12' });
  });

  it('finds the release and the symbols for a kernel that is too old for struct pages', () => {
    const old = targetOf(65536, '5.6.4', { MEMORY_HOTREMOVE: 'n', ZONE_DEVICE: 'n', NVDIMM_PFN: 'n' });
    expect(remedies(old, requestOf(GIB))).toMatchObject([
      {
        kind: 'kernel',
        release: '5.9',
        summary: 'run Linux 5.9 or later built with CONFIG_MEMORY_HOTREMOVE, CONFIG_ZONE_DEVICE, CONFIG_NVDIMM_PFN',
      },
    ]);
  });

  it('finds the address bits that reach the range', () => {
    const target = targetOf(4096, '6.1.192', { ARM64_VA_BITS: 39 });
    const request = { ...requestOf(GIB), range: { start: 2 ** 40, size: GIB } };
    expect(remedies(target, request)[0]).toMatchObject({
      kind: 'config',
      summary: 'build with CONFIG_ARM64_VA_BITS_48',
    });
  });

  it('has none where an input is missing, and one where only the removal would crash', () => {
    const open = targetOf(4096, '6.12.50');
    const request = requestOf(64 * MIB, { align: 4096 });
    const undecided = judge(open, SMALL_RAM, request);
    expect(undecided.outcome).toBe('unknown');
    expect(remediesFor(open, SMALL_RAM, request, undecided)).toEqual([]);
    const zeroSized = requestOf(1022 * MIB);
    expect(judge(targetOf(65536, '6.1.192'), SMALL_RAM, zeroSized)).toMatchObject({
      outcome: 'ok',
      oopsOnRemoval: true,
    });
    expect(remedies(targetOf(65536, '6.1.192'), zeroSized)[0]?.request).toMatchObject({ align: 65536 });
  });

  it('tries the map that was asked for first, and every remedy is proved', () => {
    const request = requestOf(1040 * MIB, { align: 4096, map: 'mem', at: 66 * MIB });
    const hole = requestOf(64 * MIB, { at: 48 * MIB, align: 65536, map: 'mem' });
    expect(remedies(targetOf(4096, '6.12.117'), request)).toEqual([]);
    const found = remedies(targetOf(65536, '6.12.117'), hole);
    expect(found.map((one) => one.request.map)).toEqual(['mem', 'mem', 'dev', 'dev']);
    for (const { request: other, result } of found)
      expect(judge(targetOf(65536, '6.12.117'), SMALL_RAM, other)).toEqual(result);
    expect(found.every(({ result }) => result.outcome === 'ok')).toBe(true);
  });

  it('offers the alignment that leaves most data', () => {
    const [first] = remedies(targetOf(16384, '6.12.117'), requestOf(1022 * MIB, { align: 16384 }));
    // the larger alignment trims the end, so that the reservation is enough
    expect(first?.request.align).toBe(32 * MIB);
    expect(first?.price.lostBytes).toBe(32 * MIB + 30 * MIB);
    expect(first?.summary).toBe('make it anew with --mode=fsdax --map=dev --align=33554432');
  });

  it('offers fsdax where device-dax crashes', () => {
    const overrun = requestOf(256 * MIB, { at: 16 * MIB, mode: 'devdax', map: 'mem' });
    const found = remedies(targetOf(16384, '6.12.117'), overrun);
    expect(found.map(({ request }) => [request.mode, request.map, request.align])).toEqual([
      ['devdax', 'mem', 16384],
      ['devdax', 'dev', 16384],
      ['fsdax', 'mem', 16384],
    ]);
  });

  it('can only cut memory without a namespace', () => {
    const soft = requestOf(2 * GIB, { at: 256 * MIB, provider: 'hmem', mode: 'devdax', map: 'mem' });
    const found = remedies(targetOf(65536, '6.12.117'), soft);
    expect(found.map(({ command, kind, request }) => [kind, request.range, command])).toEqual([
      ['request', { start: 4 * GIB + 512 * MIB, size: 1536 * MIB }, null],
    ]);
    expect(found[0]?.summary).toBe(
      'begin 256 MiB later, end 256 MiB earlier, then --mode=devdax --map=mem --align=default',
    );
    const cxl = remedies(targetOf(65536, '6.12.117', CXL), { ...soft, provider: 'cxl', volatile: true });
    expect(cxl.map(({ request }) => request.range)).toEqual([{ start: 4 * GIB + 512 * MIB, size: 1536 * MIB }]);
  });

  it('cuts a raw namespace that would get pages', () => {
    const target = targetOf(4096, '6.12.117', { ARM64_PMEM: 'y' });
    const found = remedies(target, requestOf(GIB + MIB, { mode: 'raw', map: 'mem' }));
    expect(found).toMatchObject([
      { request: { mode: 'raw', range: { start: 4 * GIB, size: GIB } }, price: { lostBytes: MIB }, command: null },
    ]);
  });

  it('gives the size in a command only for namespaces with labels, and none where the start moves', () => {
    const request = requestOf(1040 * MIB, { align: 4096, provider: 'nfit' });
    const [sameStart, moved] = remedies(targetOf(4096, '6.12.117'), request);
    expect(sameStart?.command).toContain(` --size=${GIB}`);
    expect(sameStart?.command).toContain('--reconfig=namespaceX.Y ');
    expect(moved?.request.range.start).toBe(4 * GIB + 2 * MIB);
    expect(moved?.command).toBeNull();
    const aligned = remedies(targetOf(65536, '6.12.117'), requestOf(256 * MIB, { provider: 'nfit' }))[0];
    expect(aligned?.command).toBe(
      'ndctl create-namespace --force --reconfig=namespaceX.Y --mode=fsdax --map=dev --align=65536',
    );
  });

  it('gives no command that ndctl would refuse', () => {
    // 16 MiB is the alignment of a region: the size that is left is none of its multiples
    const [first] = remedies(targetOf(65536, '6.12.117'), requestOf(258 * MIB));
    expect(first?.request.align).toBe(65536);
    expect(first?.command).toBeNull();
  });

  it('takes the device that lies there away before it tries another', () => {
    const map = mapOf(
      '40000000-7fffffff : System RAM',
      '100000000-140ffffff : Persistent Memory',
      '  100000000-140ffffff : namespace0.0',
      '150000000-15fffffff : namespace1.0',
    );
    const request = requestOf(1040 * MIB, { align: 4096, provider: 'nfit' });
    const found = remedies(targetOf(4096, '6.12.117'), request, map);
    expect(found[0]?.request.range).toEqual({ start: 4 * GIB, size: GIB });
    expect(found[0]?.command).toContain('--reconfig=namespace0.0');
    const second = { ...request, range: { start: 0x150000000, size: 130 * MIB } };
    expect(remedies(targetOf(4096, '6.12.117'), second, map)[0]?.request.range).toEqual({
      start: 0x150000000,
      size: 128 * MIB,
    });
    // a device of somebody else in the range stays: nothing of it can be had
    const foreign = mapOf('40000000-7fffffff : System RAM', 'f0000000-141ffffff : pl011');
    expect(remedies(targetOf(4096, '6.12.117'), request, foreign)).toEqual([]);
  });

  it('names every symbol that a mode takes', () => {
    const symbols = (request: PlugRequest, off: Parameters<typeof targetOf>[2], release = '6.12.117') =>
      remedies(targetOf(4096, release, off), request)[0]?.symbols.map(({ symbol, to }) => `${symbol}=${to.type}`);
    const devdax = requestOf(GIB, { mode: 'devdax', align: 4096 });
    expect(symbols(devdax, { NVDIMM_DAX: 'n', DEV_DAX_PMEM: 'n' })).toEqual(['NVDIMM_DAX=y', 'DEV_DAX_PMEM=m']);
    expect(symbols({ ...devdax, mode: 'fsdax' }, { NVDIMM_DAX: 'n', NVDIMM_PFN: 'n' })).toEqual(['NVDIMM_PFN=y']);
    const kmem = { ...devdax, mode: 'kmem' as const, map: 'mem' as const, numaNode: 0 };
    expect(symbols(kmem, { DEV_DAX_KMEM: 'n' })).toEqual(['DEV_DAX_KMEM=m']);
    expect(symbols({ ...devdax, provider: 'nfit' }, { ACPI_NFIT: 'n' })).toEqual(['ACPI_NFIT=m']);
    const builtIn = { LIBNVDIMM: 'y', DEV_DAX: 'y', ACPI_NFIT: 'n' } as const;
    expect(symbols({ ...devdax, provider: 'nfit' }, builtIn)).toEqual(['ACPI_NFIT=y']);
    expect(symbols(devdax, { SPARSEMEM_VMEMMAP: 'n', MEMORY_HOTPLUG: 'n', MEMORY_HOTREMOVE: 'n' })).toEqual([
      'SPARSEMEM_VMEMMAP=y',
      'MEMORY_HOTPLUG=y',
      'MEMORY_HOTREMOVE=y',
    ]);
    expect(symbols(devdax, { TRANSPARENT_HUGEPAGE: 'n' })).toEqual(['TRANSPARENT_HUGEPAGE=y']);
    const soft = requestOf(GIB, { provider: 'hmem', mode: 'devdax', map: 'mem' });
    expect(symbols(soft, { EFI_SOFT_RESERVE: 'n' })).toEqual(['EFI_SOFT_RESERVE=y']);
    expect(symbols({ ...soft, provider: 'cxl', volatile: true }, { ...CXL, CXL_REGION: 'n', CXL_MEM: 'n' })).toEqual([
      'CXL_MEM=m',
      'CXL_REGION=y',
    ]);
  });

  it('sets what is missing as the other drivers of the config are', () => {
    const made = (off: Parameters<typeof targetOf>[2]) =>
      remedies(targetOf(4096, '6.12.117', { ACPI_NFIT: 'n', ...off }), requestOf(GIB, { provider: 'nfit' }))[0]
        ?.symbols;
    expect(made({ LIBNVDIMM: 'm', DEV_DAX: 'y' })?.[0]?.to).toEqual({ type: 'm' });
    expect(made({ LIBNVDIMM: 'y', DEV_DAX: 'm' })?.[0]?.to).toEqual({ type: 'm' });
    expect(made({ LIBNVDIMM: 'y', DEV_DAX: 'y' })).toEqual([
      {
        symbol: 'ACPI_NFIT',
        from: { type: 'not-set' },
        to: { type: 'y' },
        why: 'needed for struct pages on this device',
      },
    ]);
  });

  it('asks for no more than the request takes', () => {
    const names = (target: Target, request: PlugRequest) =>
      remedies(target, request)[0]?.symbols.map(({ symbol }) => symbol);
    const raw = requestOf(GIB, { mode: 'raw', map: 'mem' });
    const without = { ZONE_DEVICE: 'n', NVDIMM_PFN: 'n', NVDIMM_DAX: 'n', DEV_DAX: 'n' } as const;
    expect(names(targetOf(4096, '6.12.117', { ...without, BLK_DEV_PMEM: 'n' }), raw)).toEqual(['BLK_DEV_PMEM']);
    const soft = requestOf(GIB, { provider: 'hmem', mode: 'devdax', map: 'mem' });
    expect(names(targetOf(4096, '6.12.117', { NVDIMM_PFN: 'n', DEV_DAX_HMEM: 'n' }), soft)).toEqual(['DEV_DAX_HMEM']);
    expect(names(targetOf(4096, '6.12.117', { DEV_DAX_KMEM: 'n', OF_PMEM: 'n' }), requestOf(GIB))).toEqual(['OF_PMEM']);
  });

  it('takes struct pages in DRAM for an improvement where there were none at all, and not elsewhere', () => {
    const [first] = remedies(targetOf(65536, '5.8.18', { NVDIMM_PFN: 'n' }), requestOf(GIB, { align: 65536 }));
    expect(first).toMatchObject({ kind: 'config', result: { outcome: 'ok-dram' } });
    const far = { ...requestOf(GIB, { align: 4096 }), range: { start: 2 ** 40, size: GIB } };
    const kinds = (map: 'dev' | 'mem') =>
      remedies(targetOf(4096, '5.8.18', { ARM64_VA_BITS: 39 }), { ...far, map }).map(({ kind }) => kind);
    expect(kinds('dev')).toEqual([]);
    expect(kinds('mem')).toEqual(['config']);
  });

  it('promises nothing on the device where the kernel may ignore the altmap', () => {
    const small = requestOf(256 * MIB, { align: 512 * MIB });
    for (const release of ['5.8.18', '4.18.0-477.el8.aarch64']) {
      const found = remedies(targetOf(65536, release), small).filter(({ kind }) => kind === 'request');
      expect(
        found.map(({ request }) => [request.map, request.align]),
        release,
      ).toEqual([['mem', 65536]]);
    }
    const known = targetOf(65536, '5.10.223');
    expect(remedies(known, small).map(({ request }) => request.map)).toEqual(['dev', 'mem']);
  });

  it('does not take the map of one range for that of another', () => {
    const map = mapOf(
      '40000000-7fffffff : System RAM',
      '100000000-1081fffff : namespace0.0',
      '108200000-140ffffff : namespace1.0',
    );
    const target = targetOf(4096, '6.12.117');
    const first = requestOf(130 * MIB, { align: 4096 });
    const before = remedies(target, first, map);
    expect(remedies(target, requestOf(1040 * MIB, { align: 4096 }), map)[0]?.request.range.size).toBe(GIB);
    expect(remedies(target, first, map)).toEqual(before);
  });

  it('widens the physical addresses too where 52 bits are on offer', () => {
    const bits = (page: PageSize, release: string, va: number, start: number) => {
      const target = targetOf(page, release, { ARM64_VA_BITS: va }, { cpuHasVa52: true });
      const request = { ...requestOf(GIB, { align: page }), range: { start, size: GIB } };
      return remedies(target, request)
        .filter(({ kind }) => kind === 'config')
        .map(({ summary, symbols }) => [
          summary,
          symbols.map(({ symbol, to }) => [symbol, to.type === 'number' ? to.value : to.type]),
        ]);
    };
    expect(bits(16384, '6.1.192', 36, 2 ** 40)).toEqual([
      ['build with CONFIG_ARM64_VA_BITS_47', [['ARM64_VA_BITS', 47]]],
    ]);
    expect(bits(65536, '6.1.192', 42, 2 ** 40 + 2 ** 41)).toEqual([
      [
        'build with CONFIG_ARM64_VA_BITS_48',
        [
          ['ARM64_VA_BITS', 48],
          ['ARM64_PA_BITS', 52],
        ],
      ],
    ]);
    const wide = [
      [
        'build with CONFIG_ARM64_VA_BITS_52',
        [
          ['ARM64_VA_BITS', 52],
          ['ARM64_PA_BITS', 52],
        ],
      ],
    ];
    expect(bits(4096, '6.9.0', 48, 2 ** 48 + 2 ** 40)).toEqual(wide);
    expect(bits(4096, '6.8.0', 48, 2 ** 48 + 2 ** 40)).toEqual([]);
    expect(bits(65536, '6.8.0', 48, 2 ** 48 + 2 ** 40)).toEqual(wide);
  });

  it('widens the addresses of a raw namespace that does not fit, and of none that is refused for something else', () => {
    const target = targetOf(16384, '6.12.117', { ARM64_VA_BITS: 36 });
    const raw = requestOf(64 * GIB, { mode: 'raw', map: 'mem' });
    expect(remedies(target, raw).map(({ summary }) => summary)).toContain('build with CONFIG_ARM64_VA_BITS_47');
    const small = remedies(target, requestOf(8 * MIB, { align: 16384 }));
    expect(small.filter(({ kind }) => kind === 'config')).toEqual([]);
  });

  it('tells what a release costs and leaves the rest as it is', () => {
    const upgrade = remedies(targetOf(65536, '5.8.18'), requestOf(GIB, { align: 65536 })).at(-1);
    expect(upgrade).toMatchObject({
      summary: 'run Linux 5.9 or later with this config',
      symbols: [],
      price: { lostBytes: 2 * MIB, dramBytes: 0, dataLost: false },
      command: null,
    });
    const newest = remedies(targetOf(4096, '7.3.4'), requestOf(130 * MIB, { align: 4096 }));
    expect(newest.filter(({ kind }) => kind === 'kernel')).toEqual([]);
  });
});

/** What volatile CXL memory takes. */
const CXL = {
  CXL_BUS: 'm',
  CXL_ACPI: 'm',
  CXL_PORT: 'm',
  CXL_MEM: 'm',
  CXL_REGION: 'y',
  DEV_DAX_CXL: 'm',
} as const;
