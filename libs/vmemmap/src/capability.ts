import { type Tristate, tristate } from './config.ts';
import type { KernelConfig, PlugRequest } from './types.ts';

export type CapabilityName =
  | 'zone-device'
  | 'pfn'
  | 'devdax'
  | 'raw-attach'
  | 'raw-pages'
  | 'kmem'
  | 'hmem'
  | 'provider'
  | 'memmap-on-memory';

/** Whether a config offers something, with the symbols that decide. `missing` are off, `unknown` not told by a fragment. */
export interface Capability {
  readonly name: CapabilityName;
  readonly state: 'yes' | 'no' | 'unknown';
  readonly needs: readonly string[];
  readonly missing: readonly string[];
  readonly unknown: readonly string[];
}

/**
 * Symbols that each capability takes (kernel-facts B.3). Symbols that later kernels dropped (ARCH_HAS_PTE_DEVMAP,
 * ARCH_ENABLE_MEMORY_HOTREMOVE, DEV_PAGEMAP_OPS) are not asked for: Kconfig gives ZONE_DEVICE only with them.
 */
const SYMBOLS: Readonly<Record<Exclude<CapabilityName, 'provider'>, readonly string[]>> = {
  'zone-device': ['SPARSEMEM_VMEMMAP', 'MEMORY_HOTPLUG', 'MEMORY_HOTREMOVE', 'ZONE_DEVICE'],
  pfn: ['LIBNVDIMM', 'BLK_DEV_PMEM', 'NVDIMM_PFN'],
  devdax: ['NVDIMM_DAX', 'DAX', 'DEV_DAX', 'DEV_DAX_PMEM', 'TRANSPARENT_HUGEPAGE'],
  'raw-attach': ['LIBNVDIMM', 'BLK_DEV_PMEM', 'ND_CLAIM'],
  'raw-pages': ['ZONE_DEVICE', 'ARM64_PMEM'],
  kmem: ['DAX', 'DEV_DAX', 'DEV_DAX_KMEM', 'MEMORY_HOTPLUG'],
  hmem: ['DAX', 'DEV_DAX', 'TRANSPARENT_HUGEPAGE'],
  'memmap-on-memory': ['MHP_MEMMAP_ON_MEMORY'],
};

const PROVIDER_SYMBOLS: Readonly<Record<PlugRequest['provider'], readonly string[]>> = {
  nfit: ['ACPI_NFIT'],
  of: ['OF_PMEM'],
  virtio: ['VIRTIO_PMEM'],
  cxl: ['CXL_BUS', 'CXL_ACPI', 'CXL_PORT', 'CXL_MEM', 'CXL_REGION', 'CXL_PMEM'],
  hmem: ['EFI_SOFT_RESERVE', 'DEV_DAX_HMEM'],
  unknown: [],
};

const VOLATILE_CXL_SYMBOLS: readonly string[] = [
  'CXL_BUS',
  'CXL_ACPI',
  'CXL_PORT',
  'CXL_MEM',
  'CXL_REGION',
  'DEV_DAX_CXL',
];

export function capability(config: KernelConfig, name: Exclude<CapabilityName, 'provider'>): Capability {
  const claimed = name === 'raw-attach' && CLAIMANTS.some((symbol) => tristate(config, symbol) === 'y');
  return decide(config, name, claimed ? SYMBOLS[name].filter((symbol) => symbol !== 'ND_CLAIM') : SYMBOLS[name]);
}

/** Symbols that select ND_CLAIM, which no user sets. */
const CLAIMANTS: readonly string[] = ['BTT', 'NVDIMM_PFN'];

/** The driver that finds the region. */
export function providerCapability(config: KernelConfig, provider: PlugRequest['provider'], ram = false): Capability {
  return decide(config, 'provider', ram && provider === 'cxl' ? VOLATILE_CXL_SYMBOLS : PROVIDER_SYMBOLS[provider]);
}

function decide(config: KernelConfig, name: CapabilityName, needs: readonly string[]): Capability {
  const values: readonly [string, Tristate][] = needs.map((symbol) => [symbol, tristate(config, symbol)]);
  const missing = values.filter(([, value]) => value === 'n').map(([symbol]) => symbol);
  const unknown = values.filter(([, value]) => value === 'unknown').map(([symbol]) => symbol);
  const state = missing.length > 0 ? 'no' : unknown.length > 0 ? 'unknown' : 'yes';
  return { name, state, needs, missing, unknown };
}
