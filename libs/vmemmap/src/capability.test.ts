import { describe, expect, it } from 'vitest';
import { targetOf } from '../test/builders.ts';
import { capability, providerCapability } from './capability.ts';
import type { ConfigValue, KernelConfig, Provider } from './types.ts';

type Name = Parameters<typeof capability>[1];

/** A config in which just these symbols are on. */
function configOf(on: readonly string[], complete = true): KernelConfig {
  const value = (symbol: string): ConfigValue => (on.includes(symbol) ? { type: 'y' } : { type: 'absent' });
  return { complete, get: value };
}

/** What each capability takes (kernel-facts B.3). */
const NEEDS: Readonly<Record<Name, readonly string[]>> = {
  'zone-device': ['SPARSEMEM_VMEMMAP', 'MEMORY_HOTPLUG', 'MEMORY_HOTREMOVE', 'ZONE_DEVICE'],
  pfn: ['LIBNVDIMM', 'BLK_DEV_PMEM', 'NVDIMM_PFN'],
  devdax: ['NVDIMM_DAX', 'DAX', 'DEV_DAX', 'DEV_DAX_PMEM', 'TRANSPARENT_HUGEPAGE'],
  'raw-attach': ['LIBNVDIMM', 'BLK_DEV_PMEM', 'ND_CLAIM'],
  'raw-pages': ['ZONE_DEVICE', 'ARM64_PMEM'],
  kmem: ['DAX', 'DEV_DAX', 'DEV_DAX_KMEM', 'MEMORY_HOTPLUG'],
  hmem: ['DAX', 'DEV_DAX', 'TRANSPARENT_HUGEPAGE'],
  'memmap-on-memory': ['MHP_MEMMAP_ON_MEMORY'],
};

describe('capability', () => {
  it.each(Object.entries(NEEDS) as [Name, readonly string[]][])('%s needs each of %j', (name, needs) => {
    expect(capability(configOf(needs), name)).toEqual({ name, state: 'yes', needs, missing: [], unknown: [] });
    for (const left of needs) {
      const others = needs.filter((symbol) => symbol !== left);
      expect(capability(configOf(others), name)).toMatchObject({ state: 'no', missing: [left], unknown: [] });
      expect(capability(configOf(others, false), name)).toMatchObject({
        state: 'unknown',
        missing: [],
        unknown: [left],
      });
    }
  });

  it.each(['BTT', 'NVDIMM_PFN'])('takes %s for ND_CLAIM, which it selects', (symbol) => {
    const on = ['LIBNVDIMM', 'BLK_DEV_PMEM', symbol];
    expect(capability(configOf(on), 'raw-attach')).toMatchObject({
      state: 'yes',
      needs: ['LIBNVDIMM', 'BLK_DEV_PMEM'],
    });
  });

  it('takes modules', () => {
    expect(capability(targetOf(4096, '6.12.117').config, 'pfn').state).toBe('yes');
  });

  it('is off where one symbol is, whatever else is not known', () => {
    const fragment: KernelConfig = {
      complete: false,
      get: (symbol) => ({ type: symbol === 'NVDIMM_PFN' ? 'not-set' : 'absent' }),
    };
    expect(capability(fragment, 'pfn')).toMatchObject({
      state: 'no',
      missing: ['NVDIMM_PFN'],
      unknown: ['LIBNVDIMM', 'BLK_DEV_PMEM'],
    });
  });
});

describe('providerCapability', () => {
  const cxl = ['CXL_BUS', 'CXL_ACPI', 'CXL_PORT', 'CXL_MEM', 'CXL_REGION'];

  it.each<[Provider, boolean, readonly string[]]>([
    ['nfit', false, ['ACPI_NFIT']],
    ['of', false, ['OF_PMEM']],
    ['virtio', false, ['VIRTIO_PMEM']],
    ['cxl', false, [...cxl, 'CXL_PMEM']],
    ['cxl', true, [...cxl, 'DEV_DAX_CXL']],
    ['hmem', false, ['EFI_SOFT_RESERVE', 'DEV_DAX_HMEM']],
    ['of', true, ['OF_PMEM']],
    ['unknown', false, []],
  ])('%s, volatile %s: %j', (provider, volatile, needs) => {
    expect(providerCapability(configOf(needs), provider, volatile)).toEqual({
      name: 'provider',
      state: 'yes',
      needs,
      missing: [],
      unknown: [],
    });
    for (const left of needs) {
      const others = configOf(needs.filter((symbol) => symbol !== left));
      expect(providerCapability(others, provider, volatile)).toMatchObject({ state: 'no', missing: [left] });
    }
  });
});
