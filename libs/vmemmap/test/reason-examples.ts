import { GIB, KIB, MIB } from '../src/align.ts';
import type { InfoBlock, MemoryMap, PageSize, PlugRequest, Target } from '../src/types.ts';
import { mapOf, requestOf, SMALL_RAM, targetOf } from './builders.ts';

/** The smallest question that each reason answers: what the reference pages show and the tests hold to the letter. */
export interface ReasonExample {
  readonly target: Target;
  readonly map: MemoryMap;
  readonly request: PlugRequest;
}

const NEW = '6.12.117';

function example(
  page: PageSize,
  release: string,
  request: PlugRequest,
  more: Partial<ReasonExample> = {},
): ReasonExample {
  return { target: targetOf(page, release), map: SMALL_RAM, request, ...more };
}

/** The same over what a kernel with this page size has left there: a 1 GiB namespace at 4 GiB (kernel-facts C.7). */
function withBlock(page: PageSize, request: PlugRequest, change: Partial<InfoBlock> = {}): PlugRequest {
  const { align, dataoff } = BLOCKS[page];
  const infoBlock: InfoBlock = {
    signature: request.mode === 'fsdax' ? 'pfn' : 'dax',
    versionMinor: 4,
    map: 'dev',
    dataoff,
    npfns: (GIB - dataoff) / page,
    startPad: 0,
    endTrunc: 0,
    align,
    pageSize: page,
    pageStructSize: 64,
    ...change,
  };
  return { ...request, infoBlock };
}

const BLOCKS: Readonly<Record<PageSize, { readonly align: number; readonly dataoff: number }>> = {
  4096: { align: 4096, dataoff: 18 * MIB },
  16384: { align: 32 * MIB, dataoff: 32 * MIB },
  65536: { align: 65536, dataoff: 2 * MIB },
};

const small4K = requestOf(GIB, { align: 4096 });
const raw = requestOf(GIB, { mode: 'raw', map: 'mem' });
const kmem = requestOf(2 * GIB, { mode: 'kmem', numaNode: 0, align: 65536 });
const va39 = { ARM64_VA_BITS: 39 };
const far = { ...requestOf(GIB), range: { start: 0x4020000000, size: GIB } };

/** Results whose `reason` is the key. */
export const REASON_EXAMPLES: Readonly<Record<string, ReasonExample>> = {
  OK: example(65536, NEW, requestOf(GIB, { align: 65536 })),
  RAW_OK: example(4096, NEW, raw),
  RAW_WITH_PAGES: example(4096, NEW, raw, { target: targetOf(4096, NEW, { ARM64_PMEM: 'y' }) }),
  RAW_NO_SPACE: example(16384, NEW, requestOf(64 * GIB, { mode: 'raw' }), {
    target: targetOf(16384, NEW, { ARM64_VA_BITS: 36 }),
  }),
  ALTMAP_IGNORED: example(16384, '5.8.18', requestOf(GIB, { align: 16384 })),
  KMEM_MEMMAP_IN_DRAM: example(65536, NEW, kmem),
  IOMEM_MISSING: example(4096, NEW, small4K, { map: { entries: [], zeroed: false } }),
  IOMEM_ZEROED: example(4096, NEW, small4K, { map: { ...SMALL_RAM, zeroed: true } }),
  CONFIG_INCOMPLETE: example(4096, NEW, small4K, {
    target: { ...targetOf(4096, NEW), config: { complete: false, get: () => ({ type: 'absent' }) } },
  }),
  PAGE_SIZE_CONFLICT: example(4096, NEW, small4K, { target: { ...targetOf(65536, NEW), pageSize: 4096 } }),
  UNDECIDED: example(
    4096,
    '6.1.192',
    { ...requestOf(GIB), range: { start: 2 ** 47 + 4 * GIB, size: GIB } },
    {
      target: targetOf(65536, '6.1.192', { ARM64_VA_BITS: 52, ARM64_PA_BITS: 52 }),
    },
  ),
  STRUCT_PAGE_UNKNOWN: example(4096, NEW, small4K, {
    target: targetOf(4096, NEW, { KASAN_SW_TAGS: 'y', NUMA_BALANCING: 'y', MEMCG: 'y' }),
  }),
  NO_ARCH_HOTREMOVE: example(4096, '5.6.4', small4K, { target: targetOf(4096, '5.6.4', { MEMORY_HOTREMOVE: 'n' }) }),
  NO_ZONE_DEVICE: example(4096, NEW, small4K, {
    target: targetOf(4096, NEW, { ZONE_DEVICE: 'n', MEMORY_HOTREMOVE: 'n' }),
  }),
  NO_PFN_DRIVER: example(4096, NEW, small4K, { target: targetOf(4096, NEW, { NVDIMM_PFN: 'n' }) }),
  NO_DEVDAX_DRIVER: example(
    4096,
    NEW,
    { ...small4K, mode: 'devdax' },
    { target: targetOf(4096, NEW, { DEV_DAX: 'n', DEV_DAX_PMEM: 'n' }) },
  ),
  NO_KMEM_DRIVER: example(
    4096,
    NEW,
    { ...small4K, mode: 'kmem' },
    { target: targetOf(4096, NEW, { DEV_DAX_KMEM: 'n' }) },
  ),
  NO_PROVIDER_DRIVER: example(
    4096,
    NEW,
    { ...small4K, provider: 'nfit' },
    { target: targetOf(4096, NEW, { ACPI_NFIT: 'n' }) },
  ),
  NO_RAW_DRIVER: example(4096, NEW, raw, { target: targetOf(4096, NEW, { ND_CLAIM: 'n', NVDIMM_PFN: 'n' }) }),
  NDCTL_ALIGN_UNSUPPORTED: example(65536, NEW, requestOf(GIB, { via: 'ndctl', align: 2 * MIB })),
  NDCTL_REGION_ALIGN: example(65536, NEW, requestOf(100 * MIB, { via: 'ndctl' })),
  NDCTL_SIZE_ALIGN: example(65536, NEW, requestOf(256 * MIB, { via: 'ndctl' })),
  REGION_MISALIGNED: example(65536, NEW, requestOf(GIB + 4096, { provider: 'nfit', align: 65536 })),
  NAMESPACE_TOO_SMALL: example(65536, NEW, requestOf(8 * MIB)),
  START_MISALIGNED: example(65536, NEW, requestOf(GIB, { at: MIB })),
  RAW_MISALIGNED: example(4096, NEW, requestOf(GIB + 64 * KIB, { mode: 'raw' }), {
    target: targetOf(4096, NEW, { ARM64_PMEM: 'y' }),
  }),
  NO_ROOM: example(65536, NEW, requestOf(1022 * MIB)),
  NO_ROOM_WRAPPED: example(65536, NEW, requestOf(256 * MIB, { at: 64 * MIB })),
  DAX_ZERO_SIZE: example(65536, '6.1.192', requestOf(1022 * MIB, { mode: 'devdax' })),
  PAGE_SIZE_MISMATCH: example(4096, NEW, withBlock(65536, requestOf(GIB, { align: 65536 }))),
  STRUCT_PAGE_MISMATCH: example(4096, NEW, withBlock(4096, small4K, { pageStructSize: 56 })),
  DAX_ALIGN_MISMATCH: example(65536, NEW, withBlock(4096, { ...small4K, mode: 'devdax' })),
  ALIGN_EXCEEDS_CAPACITY: example(4096, NEW, withBlock(4096, small4K, { align: 2 * GIB })),
  DATAOFF_EXCEEDS_CAPACITY: example(4096, NEW, withBlock(4096, small4K, { dataoff: 2 * GIB })),
  DATAOFF_MISALIGNED: example(4096, NEW, withBlock(4096, small4K, { dataoff: 18 * MIB + 2 * KIB })),
  BLOCK_START_MISALIGNED: example(4096, NEW, withBlock(4096, small4K, { startPad: MIB, dataoff: 17 * MIB })),
  BLOCK_END_MISALIGNED: example(4096, NEW, withBlock(4096, small4K, { endTrunc: MIB })),
  BLOCK_WITHOUT_DATA: example(4096, NEW, withBlock(4096, small4K, { endTrunc: 1006 * MIB })),
  BUSY: example(4096, NEW, small4K, {
    map: mapOf('40000000-7fffffff : System RAM', '110000000-11fffffff : System RAM'),
  }),
  PHYS_BITS: example(
    65536,
    '6.1.192',
    { ...requestOf(GIB), range: { start: 2 ** 48, size: GIB } },
    {
      target: targetOf(65536, '6.1.192', { ARM64_VA_BITS: 52 }, { cpuHasVa52: true }),
    },
  ),
  LINEAR_MAP: example(4096, NEW, far, { target: targetOf(4096, NEW, va39) }),
  LINEAR_MAP_UNCHECKED: example(4096, '5.9.1', far, { target: targetOf(4096, '5.9.1', va39) }),
  NOMAP_OVERLAP: example(4096, NEW, small4K, {
    map: mapOf('40000000-7fffffff : System RAM', '120000000-120ffffff : reserved'),
  }),
  SUBSECTION_OCCUPIED: example(4096, NEW, requestOf(514 * MIB, { mode: 'kmem', align: 4096, numaNode: 0 })),
  ALTMAP_INVALID: example(4096, '6.1.192', withBlock(4096, small4K, { endTrunc: 1008 * MIB })),
  ALTMAP_EXHAUSTED: example(4096, NEW, requestOf(130 * MIB, { align: 4096 })),
  DRAM_EXHAUSTED: example(65536, NEW, requestOf(132 * GIB, { map: 'mem', align: 65536 }), {
    map: mapOf('40000000-47ffffff : System RAM', '  40000000-40ffffff : Kernel code'),
  }),
  VMEMMAP_HOLE: example(65536, NEW, requestOf(64 * MIB, { at: 48 * MIB, align: 65536 })),
  COMPOUND_OVERRUN: example(16384, NEW, requestOf(256 * MIB, { at: 16 * MIB, mode: 'devdax', map: 'mem' })),
  DAX_REGION_MISALIGNED: example(
    65536,
    NEW,
    requestOf(2 * GIB, { at: 256 * MIB, provider: 'hmem', mode: 'devdax', map: 'mem' }),
  ),
  KMEM_TOO_SMALL: example(65536, NEW, { ...kmem, range: { start: 4 * GIB, size: 512 * MIB } }),
  KMEM_NO_NODE: example(65536, NEW, { ...kmem, numaNode: -1 }),
};

/** Results that carry the key as a warning. */
export const WARNING_EXAMPLES: Readonly<Record<string, ReasonExample>> = {
  ALIGN_UNSUPPORTED: example(4096, NEW, requestOf(GIB, { align: GIB })),
  ZERO_SIZE: example(65536, '6.1.192', requestOf(1022 * MIB)),
  REMOVAL_OOPS: example(65536, '6.1.192', requestOf(1022 * MIB)),
  CAPACITY_LOST: example(65536, NEW, requestOf(1200 * MIB)),
  EARLY_SECTION: example(
    4096,
    NEW,
    { ...requestOf(256 * MIB), range: { start: 0x84000000, size: 256 * MIB } },
    { map: mapOf('40000000-83ffffff : System RAM') },
  ),
  SHARED_VMEMMAP_PAGE: example(65536, NEW, requestOf(32 * MIB, { at: 32 * MIB, align: 65536 }), {
    map: mapOf('40000000-7fffffff : System RAM', '100000000-101ffffff : namespace0.0'),
  }),
  PFNS_TRUNCATED: example(65536, NEW, withBlock(16384, requestOf(GIB, { align: 32 * MIB }))),
  DAX_MEMMAP_SHARED: example(4096, '6.2.1', requestOf(GIB, { mode: 'devdax', map: 'mem' })),
  KMEM_CUT: example(65536, NEW, kmem),
  KASLR_RISK: example(4096, '5.10.223', small4K, {
    target: targetOf(4096, '5.10.223', { RANDOMIZE_BASE: 'y' }, { cmdline: '' }),
  }),
  RELEASE_NOT_READ: example(4096, '7.4.1', small4K),
};
