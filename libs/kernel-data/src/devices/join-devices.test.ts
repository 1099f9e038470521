import { describe, expect, it } from 'vitest';
import type { DeviceRange } from './device-range.ts';
import type { HostFacts, PartKind } from '../host/host-facts.ts';
import { readHost } from '../host/read-host.ts';

const GIB = 2 ** 30;
const MIB = 2 ** 20;

/** A host that says nothing but this. */
const host = (parts: Partial<Record<PartKind, string>>): HostFacts =>
  readHost(new Map(Object.entries(parts) as [PartKind, string][]));

function only(facts: HostFacts): DeviceRange {
  const [range, ...others] = facts.namespaces;
  if (range === undefined || others.length > 0) throw new Error(`${facts.namespaces.length} ranges`);
  return range;
}

const errors = (facts: HostFacts): string[] =>
  facts.diagnostics.filter((d) => d.severity === 'error').map((d) => d.message);

const nd = (attributes: Record<string, string>): string =>
  Object.entries(attributes)
    .map(([path, value]) => `/sys/bus/nd/devices/${path}:${value}\n`)
    .join('');

/** One device-tree region of 1 GiB at 2 GiB, made fsdax with map=dev by a 4K kernel. */
const FSDAX = {
  'ndbus0/provider': '80000000.pmem',
  'region0/resource': '0x80000000',
  'region0/size': String(GIB),
  'region0/uevent': 'OF_FULLNAME=/pmem@80000000',
  'namespace0.0/resource': '0x80000000',
  'namespace0.0/size': String(GIB),
  'namespace0.0/nstype': '4',
  'namespace0.0/mode': 'memory',
  'namespace0.0/holder': 'pfn0.0',
  'namespace0.0/uevent': 'DEVTYPE=nd_namespace_io',
  'pfn0.0/namespace': 'namespace0.0',
  'pfn0.0/mode': 'pmem',
  'pfn0.0/align': String(2 * MIB),
  'pfn0.0/resource': '0x81200000',
  'pfn0.0/size': String(GIB - 20 * MIB),
  'pfn0.0/uuid': 'A801430F-94DE-45D2-9D47-EC23A6E36AF3',
  'pfn0.0/uevent': 'DRIVER=nd_pmem',
};

describe('namespaces', () => {
  it('reads place, layout and provider from sysfs', () => {
    const range = only(host({ 'nd-sysfs': nd(FSDAX) }));
    expect(range).toMatchObject({
      name: 'namespace0.0',
      region: 'region0',
      start: 2 * GIB,
      size: GIB,
      sizeExact: true,
      provider: 'of',
      kind: 'namespace',
      mode: 'fsdax',
      map: 'dev',
      align: 2 * MIB,
      uuid: 'a801430f-94de-45d2-9d47-ec23a6e36af3',
      state: 'enabled',
      formatted: true,
    });
    expect(range.infoBlock).toMatchObject({
      signature: 'pfn',
      map: 'dev',
      dataoff: 18 * MIB,
      endTrunc: 2 * MIB,
      align: 2 * MIB,
      pageSize: 4096,
      npfns: (GIB - 20 * MIB) / 4096,
      startPad: null,
      versionMinor: null,
    });
    expect(range.evidence['start']).toBe('nd-sysfs namespace0.0/resource');
    expect(range.infoBlock?.provenance['pageSize']).toContain('2097152');
  });

  it('reports sources that contradict each other and chooses none', () => {
    const facts = host({ 'nd-sysfs': nd(FSDAX), iomem: '90000000-cfffffff : namespace0.0\n' });
    expect(facts.namespaces).toEqual([]);
    expect(facts.unplaced).toMatchObject([{ name: 'namespace0.0', region: 'region0', provider: 'of' }]);
    expect(errors(facts)).toEqual([
      'namespace0.0: the sources differ about start: 0x80000000 (nd-sysfs namespace0.0/resource), 0x90000000 (iomem namespace0.0)',
    ]);
    const mode = host({
      'nd-sysfs': nd(FSDAX),
      ndctl: '[{"dev":"namespace0.0","mode":"devdax","map":"dev","uuid":"a801430f-94de-45d2-9d47-ec23a6e36af3"}]',
    });
    expect(only(mode).mode).toBeNull();
    expect(errors(mode)[0]).toContain('fsdax (nd-sysfs pfn0.0), devdax (ndctl mode)');
  });

  it('reports a rounded size that does not fit the exact one', () => {
    const listing = (size: string): string =>
      `{"dev":"namespace0.0","mode":"fsdax","map":"dev","uuid":"a801430f-94de-45d2-9d47-ec23a6e36af3","size":"${size}","align":2097152}`;
    expect(errors(host({ 'nd-sysfs': nd(FSDAX), ndctl: listing('1004.00 MiB (1052.77 MB)') }))).toEqual([]);
    expect(errors(host({ 'nd-sysfs': nd(FSDAX), ndctl: listing('2.00 GiB (2.15 GB)') }))).toHaveLength(1);
  });

  it('cannot place a namespace that only ndctl shows, and never takes a rounded size for its own', () => {
    const facts = host({
      ndctl:
        '[{"dev":"namespace1.0","mode":"fsdax","map":"dev","size":"992.00 MiB (1040.19 MB)","uuid":"x1","align":33554432}]',
      iomem: '40000000-7fffffff : System RAM\n',
    });
    expect(facts.namespaces).toEqual([]);
    expect(facts.unplaced[0]?.missing).toEqual(['start of namespace1.0: nd-sysfs resource, or iomem, read as root']);
    const zeroed = host({
      ndctl: '{"dev":"namespace1.0","mode":"raw","size":4096}',
      iomem: '00000000-00000000 : namespace1.0\n',
    });
    expect(zeroed.namespaces).toEqual([]);
  });

  it('takes the address of a device-tree region from the name of its bus', () => {
    const region =
      '{"dev":"region2","size":1073741824,"available_size":0,"type":"pmem","namespaces":[{"dev":"namespace2.0","mode":"fsdax","map":"dev","size":1054867456,"uuid":"a1","align":4096}]}';
    const range = only(host({ ndctl: `[{"provider":"180000000.pmem","dev":"ndbus2","regions":[${region}]}]` }));
    expect(range).toMatchObject({ start: 0x180000000, size: GIB, sizeExact: true, provider: 'of', formatted: true });
    expect(range.infoBlock).toMatchObject({ dataoff: null, pageSize: 4096, npfns: 1054867456 / 4096 });
    // Two regions of one bus: the name is the address of the first, and nothing tells which that is.
    const two = host({
      ndctl: `[{"provider":"180000000.pmem","dev":"ndbus2","regions":[${region},{"dev":"region3","size":4096}]}]`,
    });
    expect(two.namespaces).toEqual([]);
    expect(two.unplaced.map((device) => device.name)).toEqual(['namespace2.0', 'region3']);
  });

  it('tells raw with struct pages, as ndctl shows it, from fsdax', () => {
    const ndctl =
      '[{"dev":"namespace0.0","mode":"fsdax","map":"mem","size":1073741824,"sector_size":512,"blockdev":"pmem0"}]';
    const range = only(host({ ndctl, iomem: '80000000-bfffffff : namespace0.0\n' }));
    expect(range).toMatchObject({
      mode: 'raw',
      map: null,
      align: null,
      size: GIB,
      sizeExact: true,
      formatted: null,
      infoBlock: null,
    });
  });

  it('knows that no block lies on the medium only from a driver that looked', () => {
    const raw = {
      'namespace0.0/resource': '0x80000000',
      'namespace0.0/size': String(GIB),
      'namespace0.0/mode': 'raw',
      'namespace0.0/force_raw': '0',
    };
    const bound = nd({ ...raw, 'namespace0.0/uevent': 'DRIVER=nd_pmem' });
    const config = 'CONFIG_NVDIMM_PFN=y\nCONFIG_NVDIMM_DAX=y\n';
    expect(only(host({ 'nd-sysfs': bound, config })).formatted).toBe(false);
    expect(
      only(host({ 'nd-sysfs': bound, config: 'CONFIG_NVDIMM_PFN=y\n# CONFIG_NVDIMM_DAX is not set\n' })).formatted,
    ).toBeNull();
    expect(only(host({ 'nd-sysfs': bound })).formatted).toBeNull();
    expect(
      only(host({ 'nd-sysfs': nd({ ...raw, 'namespace0.0/uevent': 'MODALIAS=nd:t4' }), config })).formatted,
    ).toBeNull();
    expect(only(host({ 'nd-sysfs': bound.replace('force_raw:0', 'force_raw:1'), config })).formatted).toBeNull();
  });

  it('reads from the kernel log which block was refused', () => {
    const down = nd({
      'namespace5.0/resource': '0x300000000',
      'namespace5.0/size': String(GIB),
      'namespace5.0/mode': 'memory',
      'namespace5.0/uevent': 'MODALIAS=nd:t4',
    });
    const failed = 'nd_pmem namespace5.0: probe with driver nd_pmem failed with error -95\n';
    const byPages = only(
      host({ 'nd-sysfs': down, dmesg: ` pfn5.0: init failed, page size mismatch 65536\n${failed}` }),
    );
    expect(byPages).toMatchObject({ mode: 'fsdax', map: 'dev', state: 'disabled', formatted: true });
    expect(byPages.infoBlock).toMatchObject({ signature: 'pfn', pageSize: 65536, dataoff: null });
    const dmesg = ` dax5.1: init failed, alignment mismatch: 2097152:536870912\n${failed}`;
    const byAlign = only(host({ 'nd-sysfs': down, dmesg, config: 'CONFIG_ARM64_4K_PAGES=y\n' }));
    expect(byAlign).toMatchObject({ mode: 'devdax', map: 'mem', align: 512 * MIB, formatted: true });
    expect(byAlign.infoBlock).toMatchObject({ signature: 'dax', map: 'mem', pageSize: 65536 });
    // The block may ask for either map if its pages were no larger than those of this kernel, or unknown.
    expect(only(host({ 'nd-sysfs': down, dmesg })).map).toBeNull();
    // Another error, or another namespace of the region that it could be about: nothing is known.
    expect(only(host({ 'nd-sysfs': down, dmesg: dmesg.replace('-95', '-16') })).formatted).toBeNull();
    const sibling = nd({ 'namespace5.1/resource': '0x340000000', 'namespace5.1/size': String(GIB) });
    expect(host({ 'nd-sysfs': down + sibling, dmesg }).namespaces.map((range) => range.formatted)).toEqual([
      null,
      null,
    ]);
  });

  it('reads a devdax namespace from the two entries that it has in the memory map', () => {
    const iomem =
      '100000000-1ffffffff : Persistent Memory\n  100000000-103ffffff : namespace1.0\n  104000000-1ffffffff : dax1.0\n';
    const range = only(host({ iomem }));
    expect(range).toMatchObject({
      start: 4 * GIB,
      size: 4 * GIB,
      sizeExact: true,
      provider: 'nfit',
      mode: 'devdax',
      state: 'enabled',
    });
    expect(range.daxDevice).toEqual({ name: 'dax1.0', state: 'enabled' });
    expect(range.infoBlock).toMatchObject({ signature: 'dax', dataoff: 64 * MIB });
    const bare = only(host({ iomem: '100000000-103ffffff : namespace1.0\n104000000-1fdffffff : dax1.0\n' }));
    expect(bare).toMatchObject({ size: 4 * GIB - 32 * MIB, sizeExact: false, provider: 'unknown' });
  });

  it('does not take the metadata of a devdax namespace that failed for all of it', () => {
    const iomem = 'c0000000-100ffffff : Persistent Memory\n  c0000000-c11fffff : namespace1.0\n';
    expect(only(host({ iomem }))).toMatchObject({ size: 18 * MIB, sizeExact: false, mode: null });
    const ndctl = `[{"dev":"namespace1.0","mode":"devdax","map":"dev","size":${1022 * MIB},"uuid":"u1","align":2097152,"daxregion":{"id":1,"devices":[{"chardev":"dax1.0","size":${1022 * MIB},"state":"disabled"}]}}]`;
    const facts = host({ iomem, ndctl });
    expect(only(facts)).toMatchObject({
      size: 1040 * MIB,
      sizeExact: true,
      mode: 'devdax',
      daxDevice: { name: 'dax1.0', state: 'disabled' },
    });
    expect(only(facts).infoBlock?.dataoff).toBe(18 * MIB);
    expect(facts.diagnostics.some((d) => d.message.includes('offers no device'))).toBe(true);
  });

  it('sees that a devdax namespace is used as system RAM', () => {
    const iomem =
      '240000000-33fffffff : Persistent Memory\n  240000000-2403fffff : namespace0.0\n  280000000-33fffffff : dax0.0\n    280000000-33fffffff : System RAM (kmem)\n';
    expect(only(host({ iomem }))).toMatchObject({ mode: 'kmem', kind: 'namespace', formatted: true });
    const daxctl = '[{"chardev":"dax0.0","size":3221225472,"target_node":1,"align":2097152,"mode":"system-ram"}]';
    expect(only(host({ iomem: iomem.replace(/\n.*kmem.*/, ''), daxctl }))).toMatchObject({ mode: 'kmem' });
  });

  it('passes over seeds, and shows a region without namespace', () => {
    const facts = host({
      'nd-sysfs': nd({
        'ndbus0/provider': 'ACPI.NFIT',
        'region1/resource': '0x100000000',
        'region1/size': String(GIB),
        'namespace1.0/size': '0',
        'namespace1.0/resource': '0x0',
      }),
    });
    expect(only(facts)).toMatchObject({
      name: 'region1',
      kind: 'region',
      provider: 'nfit',
      start: 4 * GIB,
      mode: null,
      formatted: false,
    });
    const listed = host({ ndctl: '{"dev":"region1","size":1073741824,"available_size":1073741824}', iomem: '' });
    expect(listed.unplaced).toMatchObject([{ name: 'region1' }]);
  });

  it('finds the one Persistent Memory that is as large as the region', () => {
    const ndctl =
      '[{"provider":"ACPI.NFIT","dev":"ndbus0","regions":[{"dev":"region0","size":1073741824},{"dev":"region1","size":2147483648}]}]';
    const iomem = '100000000-13fffffff : Persistent Memory\n200000000-27fffffff : Persistent Memory\n';
    const facts = host({ ndctl, iomem });
    expect(facts.namespaces.map((range) => [range.name, range.start, range.kind, range.formatted])).toEqual([
      ['region0', 4 * GIB, 'region', null],
      ['region1', 8 * GIB, 'region', null],
    ]);
    const alike = host({ ndctl, iomem: iomem.replace('13fffffff', '17fffffff') });
    expect(alike.unplaced.map((device) => device.name)).toEqual(['region0', 'region1']);
  });

  it('reads an info block that somebody has dumped', () => {
    const block =
      '[{"dev":"namespace0.0","signature":"NVDIMM_PFN_INFO","version":"1.4","dataoff":18874368,"npfns":257536,"mode":2,"start_pad":0,"end_trunc":0,"align":2097152,"page_size":4096,"page_struct_size":64}]';
    const facts = host({
      ndctl: `[{"dev":"namespace0.0","mode":"fsdax","map":"dev","size":1054867456,"uuid":"u1","align":2097152}]\n${block}`,
      iomem: '80000000-bfffffff : namespace0.0\n',
    });
    expect(only(facts).infoBlock).toMatchObject({
      signature: 'pfn',
      versionMinor: 4,
      map: 'dev',
      dataoff: 18 * MIB,
      npfns: 257536,
      startPad: 0,
      endTrunc: 0,
      align: 2 * MIB,
      pageSize: 4096,
      pageStructSize: 64,
    });
    expect(errors(facts)).toEqual([]);
  });
});

describe('memory outside libnvdimm', () => {
  it('reads soft-reserved memory, with and without a driver', () => {
    const iomem =
      '100000000-13fffffff : Soft Reserved\n  100000000-13fffffff : hmem.0\n    100000000-13fffffff : dax0.0\n200000000-23fffffff : Soft Reserved\n';
    expect(
      host({ iomem }).namespaces.map((range) => [range.name, range.kind, range.mode, range.provider, range.state]),
    ).toEqual([
      ['dax0.0', 'dax', 'devdax', 'hmem', 'enabled'],
      ['Soft Reserved at 0x200000000', 'soft-reserved', null, 'hmem', null],
    ]);
  });

  it('reads volatile CXL memory as system RAM, and windows that are empty', () => {
    const iomem =
      '490000000-50fffffff : CXL Window 0\n  490000000-50fffffff : region0\n    490000000-50fffffff : dax0.0\n      490000000-50fffffff : System RAM (kmem)\n600000000-6ffffffff : CXL Window 1\n';
    expect(
      host({ iomem }).namespaces.map((range) => [range.name, range.region, range.kind, range.mode, range.provider]),
    ).toEqual([
      ['dax0.0', 'region0', 'kmem', 'kmem', 'cxl'],
      ['CXL Window 1', null, 'cxl-window', null, 'cxl'],
    ]);
  });

  it('does not take a region of CXL for one of libnvdimm that has the same number', () => {
    const iomem =
      '490000000-50fffffff : CXL Window 0\n  490000000-4ffffffff : region0\n100000000-13fffffff : Persistent Memory\n';
    const regions = { 'ndbus0/provider': 'ACPI.NFIT', 'region0/resource': '0x100000000', 'region0/size': String(GIB) };
    const facts = host({ iomem, 'nd-sysfs': nd(regions) });
    expect(facts.namespaces.map((range) => [range.name, range.kind, range.provider])).toEqual([
      ['region0', 'region', 'nfit'],
      ['CXL region0', 'region', 'cxl'],
    ]);
    expect(errors(facts)).toEqual([]);
  });

  it('reads CXL pmem', () => {
    const iomem =
      'a90000000-c8fffffff : CXL Window 0\n  a90000000-b8fffffff : Persistent Memory\n    a90000000-b8fffffff : region0\n      a90000000-a97ffffff : namespace0.0\n';
    const [range] = host({ iomem }).namespaces;
    expect(range).toMatchObject({ name: 'namespace0.0', provider: 'cxl', sizeExact: false });
  });

  it('joins dax-sysfs with daxctl', () => {
    const dax =
      '/sys/bus/dax/devices/dax3.0/resource:0x100000000\n/sys/bus/dax/devices/dax3.0/size:1073741824\n/sys/bus/dax/devices/dax3.0/align:2097152\n/sys/bus/dax/devices/dax3.0/target_node:1\n/sys/bus/dax/devices/dax3.0/uevent:DRIVER=kmem\n';
    const facts = host({
      'nd-sysfs': nd({ 'ndbus0/provider': 'ACPI.NFIT' }),
      'dax-sysfs': dax,
      daxctl: '{"chardev":"dax3.0","size":"1024.00 MiB (1073.74 MB)","target_node":1,"mode":"system-ram"}',
    });
    expect(only(facts)).toMatchObject({
      name: 'dax3.0',
      kind: 'kmem',
      mode: 'kmem',
      start: 4 * GIB,
      size: GIB,
      align: 2 * MIB,
      state: 'enabled',
      targetNode: 1,
      provider: 'unknown',
    });
    expect(errors(facts)).toEqual([]);
    const listed = '{"chardev":"dax3.0","size":1073741824,"mode":"devdax"}';
    const nowhere = host({ daxctl: listed, iomem: '80000000-bfffffff : namespace0.0\n' });
    expect(nowhere.unplaced).toMatchObject([
      { name: 'dax3.0', missing: ['start of dax3.0: dax-sysfs, or iomem, read as root'] },
    ]);
    const mapped = listed.replace(
      '}',
      ',"mappings":[{"page_offset":0,"start":4294967296,"end":5368709119,"size":1073741824}]}',
    );
    const placed = host({ daxctl: mapped, ndctl: '{"dev":"region9"}' });
    expect(only(placed)).toMatchObject({ name: 'dax3.0', start: 4 * GIB, kind: 'dax', mode: 'devdax' });
    // With no source that shows namespaces it may be the data of one.
    expect(host({ daxctl: mapped }).unplaced).toMatchObject([
      { name: 'dax3.0', missing: ['whether dax3.0 belongs to a namespace: nd-sysfs, ndctl or iomem'] },
    ]);
  });
});
