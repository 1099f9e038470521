import { readIomem, readRelease } from '../conformance/read-boots.ts';
import { MIB } from '../src/align.ts';
import type { ConfigValue, KernelConfig, MemoryMap, PageSize, PlugRequest, Target } from '../src/types.ts';

type Symbols = Readonly<Record<string, 'y' | 'm' | 'n' | number>>;

/** What struct pages on any kind of device take, and a linear map that reaches far. */
const ALL_ON: Symbols = {
  SPARSEMEM_VMEMMAP: 'y',
  MEMORY_HOTPLUG: 'y',
  MEMORY_HOTREMOVE: 'y',
  ZONE_DEVICE: 'y',
  TRANSPARENT_HUGEPAGE: 'y',
  LIBNVDIMM: 'm',
  BLK_DEV_PMEM: 'm',
  ND_CLAIM: 'y',
  NVDIMM_PFN: 'y',
  NVDIMM_DAX: 'y',
  DAX: 'm',
  DEV_DAX: 'm',
  DEV_DAX_PMEM: 'm',
  DEV_DAX_KMEM: 'm',
  DEV_DAX_HMEM: 'm',
  EFI_SOFT_RESERVE: 'y',
  OF_PMEM: 'm',
  ACPI_NFIT: 'm',
  VIRTIO_PMEM: 'm',
  MHP_MEMMAP_ON_MEMORY: 'y',
  NUMA: 'y',
  ARM64_VA_BITS: 48,
  ARM64_PA_BITS: 48,
};

const PAGE_SYMBOL: Readonly<Record<PageSize, string>> = {
  4096: 'ARM64_4K_PAGES',
  16384: 'ARM64_16K_PAGES',
  65536: 'ARM64_64K_PAGES',
};

function configOf(symbols: Symbols, complete = true): KernelConfig {
  return {
    complete,
    get: (symbol): ConfigValue => {
      const value = symbols[symbol];
      if (value === undefined) return { type: 'absent' };
      if (typeof value === 'number') return { type: 'number', value };
      return value === 'n' ? { type: 'not-set' } : { type: value };
    },
  };
}

/** A kernel of this page size and release with every driver, no KASLR and block mappings; `symbols` replace. */
export function targetOf(
  pageSize: PageSize,
  release: string,
  symbols: Symbols = {},
  more: Partial<Target> = {},
): Target {
  return {
    pageSize,
    release: readRelease(release),
    config: configOf({ ...ALL_ON, [PAGE_SYMBOL[pageSize]]: 'y', ...symbols }),
    cmdline: 'nokaslr',
    ...more,
  };
}

/** 1 GiB of RAM at 1 GiB, nothing else. */
export const SMALL_RAM = mapOf('40000000-7fffffff : System RAM');

export function mapOf(...lines: readonly string[]): MemoryMap {
  return { entries: readIomem(lines.join('\n')), zeroed: false };
}

/** A new fsdax namespace with map=dev at the page size, from the device tree, at 4 GiB unless said otherwise. */
export function requestOf(size: number, more: Partial<PlugRequest> & { readonly at?: number } = {}): PlugRequest {
  const { at = 0, ...rest } = more;
  return {
    range: { start: 4096 * MIB + at, size },
    provider: 'of',
    mode: 'fsdax',
    map: 'dev',
    align: null,
    infoBlock: null,
    ...rest,
  };
}
