import { describe, expect, it } from 'vitest';
import {
  type DeviceRange,
  type HostFacts,
  parseMemorySysfs,
  parsePageSize,
  type PartKind,
  readHost,
} from '../src/index.ts';
import { readCapture, readHumanListing } from './capture.ts';
import { listShared, readShared, SKIP_REASON, SKIP_SHARED } from './shared.ts';

const MIB = 2 ** 20;
const GIB = 2 ** 30;

const PMD_SIZE = new Map([
  [4096, 2 * MIB],
  [16384, 32 * MIB],
  [65536, 512 * MIB],
]);

/** Offset of the data for a namespace of so many bytes at an aligned address (ground-truth/FACTS.md, 5 and 6). */
function dataoff(size: number, pageSize: number, align: number, map: 'dev' | 'mem'): number {
  const pages = Math.floor((size - 8192) / pageSize);
  const step = Math.max(align, 2 * MIB);
  return Math.ceil((8192 + (map === 'dev' ? 64 * pages : 0)) / step) * step;
}

/** The regions of the boots that were captured, as the device tree gave them. */
const FOUR_REGIONS = [
  [2 * GIB, 2 * GIB],
  [4 * GIB, 2 * GIB],
  [6 * GIB, 2 * GIB],
  [8 * GIB, GIB],
];

const captures = SKIP_SHARED ? [] : listShared('ground-truth/captures');

const shown = (ranges: readonly DeviceRange[]): unknown[] => ranges.map((r) => [r.start, r.size]);
const modes = (ranges: readonly DeviceRange[]): string[] =>
  ranges.map((r) => [r.mode, r.map, r.state, r.formatted].join(' '));

describe.skipIf(SKIP_SHARED)(`recorded hosts${SKIP_REASON}`, () => {
  it.each(captures)('%s: the host itself', (name) => {
    const facts = readHost(readCapture(name));
    const pageSize = parsePageSize(readShared(`ground-truth/captures/${name}/pagesize`)).pageSize;
    expect(facts.pageSize).toBe(pageSize);
    expect(facts.pageSizeWitnesses.length).toBeGreaterThanOrEqual(3);
    expect(facts.config?.complete).toBe(true);
    const block = parseMemorySysfs(readShared(`ground-truth/captures/${name}/block_size_bytes`)).memory.blockSizeBytes;
    expect(facts.memoryBlockSize).toBe(block);
    expect(facts.memoryBlockSize).toBe(pageSize === 65536 ? 512 * MIB : 128 * MIB);
    expect(facts.cmdline?.has('nokaslr')).toBe(true);
    expect(facts.memoryParameters).toMatchObject({ memmapOnMemory: 'N', nokaslr: true, rodata: null });
    expect(facts.upstreamRelease?.release.raw).toMatch(/^6\.(1\.192|1\.176|12\.117)$/);
    expect(facts.upstreamRelease?.release.raw).toBe(facts.config?.release?.raw);
    expect(facts.diagnostics.filter((d) => d.severity === 'error')).toEqual([]);
    expect(facts.unplaced).toEqual([]);
    for (const range of facts.namespaces) expect(range.sizeExact).toBe(true);
  });

  it.each(captures.filter((name) => name.endsWith('boot-raw')))('%s: four raw namespaces', (name) => {
    const { namespaces, config } = readHost(readCapture(name));
    expect(shown(namespaces)).toEqual(FOUR_REGIONS);
    // A kernel with neither BTT nor PFN does not even attach a raw namespace (FACTS.md, 2b); only one with PFN has looked.
    const state = name.includes('nopfn') ? 'disabled' : 'enabled';
    const formatted = config?.get('NVDIMM_PFN').type === 'y' ? 'false' : '';
    expect(modes(namespaces)).toEqual(Array.from({ length: 4 }, () => `raw  ${state} ${formatted}`));
    expect(
      namespaces.every((range) => range.provider === 'of' && range.uuid === null && range.infoBlock === null),
    ).toBe(true);
  });

  const formatted = captures.filter((name) => name.endsWith('devdaxdev-raw') && !/deb61-|nopfn/.test(name));
  it.each(formatted)('%s: fsdax dev, fsdax mem, devdax dev, raw', (name) => {
    const { namespaces, pageSize } = readHost(readCapture(name));
    if (pageSize === null) throw new Error('no page size');
    expect(shown(namespaces)).toEqual(FOUR_REGIONS);
    expect(modes(namespaces)).toEqual([
      'fsdax dev enabled true',
      'fsdax mem enabled true',
      'devdax dev enabled true',
      'raw  enabled false',
    ]);
    const align = PMD_SIZE.get(pageSize) ?? 0;
    for (const { map, size, infoBlock, daxDevice, mode } of namespaces.slice(0, 3)) {
      const offset = dataoff(size, pageSize, align, map ?? 'dev');
      expect(infoBlock).toMatchObject({
        map,
        align,
        pageSize,
        dataoff: offset,
        endTrunc: 0,
        npfns: (size - offset) / pageSize,
      });
      expect(infoBlock?.signature).toBe(mode === 'devdax' ? 'dax' : 'pfn');
      expect(daxDevice).toEqual(mode === 'devdax' ? { name: 'dax2.0', state: 'enabled' } : null);
    }
  });

  it.each(captures.filter((name) => /^(deb61-|.*nopfn).*devdaxdev-raw$/.test(name)))(
    '%s: nothing could be made',
    (name) => {
      const { namespaces } = readHost(readCapture(name));
      expect(shown(namespaces)).toEqual(FOUR_REGIONS);
      expect(namespaces.every((range) => range.mode === 'raw' && range.formatted === null)).toBe(true);
    },
  );

  it.each(captures.filter((name) => name.startsWith('x-')))('%s: namespaces of another page size', (name) => {
    const { namespaces, pageSize } = readHost(readCapture(name));
    // Made in this order: fsdax, devdax, fsdax, devdax with map=dev, then the same with map=mem; default align, then PAGE_SIZE.
    const made = name.includes('64k-va48-then') ? 65536 : 4096;
    expect(shown(namespaces)).toEqual(namespaces.map((_, i) => [2 * GIB * (i + 1), GIB]));
    expect(namespaces.map((range) => range.mode)).toEqual(namespaces.map((_, i) => (i % 2 === 0 ? 'fsdax' : 'devdax')));
    expect(namespaces.every((range) => range.formatted === true && range.infoBlock?.pageSize === made)).toBe(true);
    const up = namespaces.filter((range) => range.state === 'enabled').map((range) => range.name);
    // Down in page size only map=mem comes up, up in page size fsdax does (FACTS.md, 19-21).
    const expected = made > (pageSize ?? 0) ? [4, 6] : [0, 2, 4, 6];
    expect(up).toEqual(expected.map((region) => `namespace${region}.0`));
    for (const [i, range] of namespaces.entries()) {
      const map = i < 4 ? 'dev' : 'mem';
      // A devdax block of smaller pages is refused for its alignment before anything tells its map.
      if (range.map !== null) expect(range.map).toBe(map);
      else expect(range.state === 'disabled' && range.mode === 'devdax' && made < (pageSize ?? 0)).toBe(true);
      const align = i % 4 < 2 ? PMD_SIZE.get(made) : made;
      if (range.align !== null) expect(range.align).toBe(align);
      if (range.state === 'enabled') expect(range.infoBlock?.dataoff).toBe(dataoff(GIB, made, align ?? 0, map));
    }
  });

  it('NFIT namespaces, one of which is enabled but offers no device', () => {
    const four = readHost(readCapture('deb612-4k-acpi-nfit'));
    expect(shown(four.namespaces)).toEqual([
      [3 * GIB, 1040 * MIB],
      [0x101000000, 2 * GIB],
    ]);
    expect(modes(four.namespaces)).toEqual(['devdax dev enabled true', 'fsdax dev enabled true']);
    expect(four.namespaces[0]).toMatchObject({
      provider: 'nfit',
      region: 'region1',
      targetNode: 0,
      daxDevice: { name: 'dax1.0', state: 'disabled' },
      infoBlock: { dataoff: dataoff(1040 * MIB, 4096, 2 * MIB, 'dev') },
    });
    expect(
      four.kernelEvents.filter((event) => event.code === 'probe-failed').map((event) => event.numbers['errno']),
    ).toEqual([12, 17]);
    const sixteen = readHost(readCapture('deb612-16k-acpi-nfit'));
    expect(modes(sixteen.namespaces)).toEqual(['fsdax dev enabled true', 'raw  enabled false']);
    expect(shown(sixteen.namespaces)).toEqual([
      [3 * GIB, GIB],
      [4 * GIB, 1022 * MIB],
    ]);
  });

  const DEVICE_PARTS: readonly PartKind[] = ['nd-sysfs', 'dax-sysfs', 'ndctl', 'iomem', 'dmesg', 'config'];
  const subsets = Array.from({ length: 2 ** DEVICE_PARTS.length }, (_, bits) =>
    DEVICE_PARTS.filter((_kind, i) => (bits >> i) % 2 === 1),
  );

  it.each(captures)('%s: fewer sources tell less, never anything else', (name) => {
    const all = readCapture(name);
    const whole = new Map(readHost(all).namespaces.map((range) => [range.name, range]));
    for (const listing of [all.get('ndctl') ?? '', readHumanListing(name)]) {
      for (const subset of subsets) {
        const parts = new Map([...all].filter(([kind]) => subset.includes(kind)));
        if (parts.has('ndctl')) parts.set('ndctl', listing);
        expectLess(readHost(parts), whole);
      }
    }
  });
});

/** Each range lies where the whole report has it, and each field that is known has the same value. */
function expectLess(facts: HostFacts, whole: ReadonlyMap<string, DeviceRange>): void {
  expect(facts.diagnostics.filter((d) => d.severity === 'error')).toEqual([]);
  for (const range of facts.namespaces) {
    // A list that leaves out what is disabled shows the region alone.
    const name = range.kind === 'region' ? range.name.replace(/$/, '.0').replace('region', 'namespace') : range.name;
    const truth = whole.get(name);
    if (truth === undefined) throw new Error(`${range.name} is not in the whole report`);
    expect(range.start).toBe(truth.start);
    if (range.sizeExact) expect(range.size).toBe(truth.size);
    else expect(range.size).toBeLessThanOrEqual(truth.size);
    const isRefused = truth.formatted === true && truth.state === 'disabled';
    // Without the kernel log a refused namespace is shown as raw, with nothing said about a block.
    if (!(isRefused && range.mode === 'raw' && range.formatted === null))
      expect([null, truth.mode]).toContain(range.mode);
    for (const field of ['map', 'align', 'uuid', 'formatted'] as const) {
      if (range[field] !== null) expect(range[field]).toBe(truth[field]);
    }
    if (range.kind === 'namespace' && range.state !== null) expect(range.state).toBe(truth.state);
    expect(['unknown', truth.provider]).toContain(range.provider);
    const block = range.infoBlock;
    if (block === null) continue;
    for (const field of ['signature', 'map', 'dataoff', 'npfns', 'endTrunc', 'align', 'pageSize'] as const) {
      const known = truth.infoBlock?.[field] ?? null;
      if (block[field] !== null && known !== null) expect(block[field]).toBe(known);
    }
  }
}
