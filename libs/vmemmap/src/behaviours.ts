import { tristate } from './config.ts';
import { compareVersions, stableLevelOf, type Tree, treeOf, type Version } from './release.ts';
import type { BehaviourName, Target } from './types.ts';

/** A stable branch that differs from what its base version says. Levels are patch numbers of released kernels. */
interface StableChange {
  readonly branch: Version;
  /** Highest level known without the change; absent where none was read. */
  readonly notUpTo?: number;
  /** Lowest level known with the change; absent where none was read. */
  readonly from?: number;
}

export interface Behaviour {
  /** What the kernel does where this is true. */
  readonly meaning: string;
  /** First release with it; null: it was there before everything that is modelled (v5.7). */
  readonly since: Version | null;
  /** First release without it again; null: still there in v7.3. */
  readonly until: Version | null;
  /** Releases nobody has read: neither true nor false there. */
  readonly unread?: readonly Version[];
  /** Stable branches in which the value turns into its opposite. */
  readonly stable?: readonly StableChange[];
  /** Kernel function and commit. */
  readonly source: string;
}

/**
 * Everything that differs between the kernels v5.7 to v7.3 and changes an answer. Facts from reading those trees; a
 * release or a stable level that was not read makes the answer unknown.
 */
export const BEHAVIOURS: Readonly<Record<BehaviourName, Behaviour>> = {
  archHotremove: {
    meaning: 'arm64 can take memory away again, which ZONE_DEVICE needs',
    since: [5, 7],
    until: null,
    source: 'arch/arm64/Kconfig ARCH_ENABLE_MEMORY_HOTREMOVE, v5.7',
  },
  altmapHonoured: {
    meaning: 'vmemmap_populate() takes struct pages from the device reservation instead of DRAM',
    since: [5, 9],
    until: null,
    source: 'arch/arm64/mm/mmu.c vmemmap_populate(), commit eee07935bb52 (v5.9)',
  },
  pmdFallbackDram: {
    meaning: 'where no 2 MiB block of DRAM is free, base pages are taken instead',
    since: [5, 11],
    until: null,
    source: 'arch/arm64/mm/mmu.c vmemmap_populate(), v5.11; mm/sparse-vmemmap.c vmemmap_populate_hugepages(), v6.2',
  },
  pmdFallbackAltmap: {
    meaning: 'where the device reservation has no aligned 2 MiB left, base pages of it are taken instead',
    since: [5, 11],
    until: [6, 2],
    source: 'arch/arm64/mm/mmu.c vmemmap_populate(), v5.11 to v6.1; dropped by vmemmap_populate_hugepages() in v6.2',
  },
  partialSectionsByBasePages: {
    meaning: 'a part of a section gets base pages for its memmap, also with 4K pages',
    since: [6, 14],
    until: null,
    stable: [
      { branch: [5, 4] },
      { branch: [5, 10], notUpTo: 223 },
      { branch: [5, 15], notUpTo: 100 },
      { branch: [6, 1], from: 192 },
      { branch: [6, 6], notUpTo: 9 },
      { branch: [6, 12], notUpTo: 0, from: 117 },
      { branch: [6, 13], notUpTo: 2 },
    ],
    source: 'arch/arm64/mm/mmu.c vmemmap_populate(), commit d4234d131b0a (v6.14, Cc stable)',
  },
  tableSlotFilled: {
    meaning: 'a 2 MiB piece of vmemmap that has some base pages already gets the missing ones',
    since: [6, 2],
    until: null,
    source: 'mm/sparse-vmemmap.c vmemmap_populate_hugepages(), v6.2; before, arm64 took any non-empty PMD as populated',
  },
  sectionsOf128M: {
    meaning: 'sections are 128 MiB (4K, 16K pages) or 512 MiB (64K) instead of 1 GiB',
    since: [5, 12],
    until: null,
    source: 'arch/arm64/include/asm/sparsemem.h SECTION_SIZE_BITS, v5.12',
  },
  zeroSizeCheck: {
    meaning:
      'nd_pfn_init() and nd_pfn_validate() refuse a namespace that would have no data, by an unsigned subtraction',
    since: [6, 6],
    until: null,
    source: 'drivers/nvdimm/pfn_devs.c nd_pfn_init(), nd_pfn_validate(), v6.6',
  },
  mhpRangeChecked: {
    meaning: 'the range is compared with the linear map before anything is touched',
    since: [5, 12],
    until: null,
    source: 'mm/memory_hotplug.c mhp_range_allowed(), v5.12',
  },
  linearRangeCheckedInArch: {
    meaning: 'arch_add_memory() refuses what lies outside the linear map',
    since: [5, 10],
    until: [5, 12],
    source: 'arch/arm64/mm/mmu.c inside_linear_region(), v5.10 and v5.11',
  },
  compoundDevmap: {
    meaning: 'device-dax initialises struct pages in compounds of its alignment',
    since: [5, 17],
    until: null,
    source: 'drivers/dax/device.c dev_dax_probe(), mm/page_alloc.c memmap_init_zone_device(), v5.17',
  },
  daxMemmapShared: {
    meaning: 'device-dax without altmap shares the tail struct pages of a compound',
    since: [5, 19],
    until: [6, 4],
    unread: [
      [5, 18],
      [5, 19],
      [6, 3],
    ],
    stable: [{ branch: [6, 1], notUpTo: 0, from: 192 }],
    source: 'mm/sparse-vmemmap.c vmemmap_populate_compound_pages(), v5.19 to v6.3; off for arm64 after 87a7ae75d738',
  },
  bindPassesErrno: {
    meaning: 'writing to a driver bind file returns the error of the probe instead of ENODEV',
    since: [5, 14],
    until: null,
    source: 'drivers/base/dd.c really_probe(), v5.14',
  },
  removalTouchesAllPages: {
    meaning: 'memunmap_pages() drops a reference on every data page, so each needs its struct page',
    since: null,
    until: [5, 18],
    source: 'mm/memremap.c memunmap_pages() for_each_device_pfn(), until v5.18',
  },
  physmemEndDynamic: {
    meaning: 'the highest physical address follows the CPU instead of CONFIG_ARM64_PA_BITS',
    since: [6, 14],
    until: null,
    stable: [{ branch: [6, 12], notUpTo: 0, from: 117 }],
    source: 'arch/arm64/include/asm/sparsemem.h MAX_PHYSMEM_BITS, v6.14',
  },
  smallRegionAlignIsPage: {
    meaning: 'a region smaller than 16 MiB has the page size as its alignment',
    since: [5, 15],
    until: null,
    source: 'drivers/nvdimm/region_devs.c default_align(), v5.15',
  },
  linearMapRandomised: {
    meaning: 'KASLR moves the linear map',
    since: null,
    until: [6, 16],
    unread: [[6, 15]],
    source: 'arch/arm64/mm/init.c arm64_memblock_init(); removed by 1db780bafa4c (v6.16)',
  },
  randomisedWithinPaRange: {
    meaning: 'KASLR leaves every address that the CPU can form inside the linear map',
    since: [5, 11],
    until: null,
    source: 'arch/arm64/mm/init.c arm64_memblock_init(), v5.11',
  },
  kfenceForcesPte: {
    meaning: 'CONFIG_KFENCE alone makes the linear map of hot-added memory page by page',
    since: [5, 12],
    until: [6, 4],
    stable: [{ branch: [6, 1], notUpTo: 0, from: 192 }],
    source: 'arch/arm64/mm/mmu.c arch_add_memory(), v5.12 to v6.3',
  },
  kfencePoolKnownEarly: {
    meaning: 'KFENCE forces page mappings only where its pool was not set up early (sample interval 0)',
    since: [6, 4],
    until: null,
    stable: [{ branch: [6, 1], notUpTo: 0, from: 192 }],
    source: 'arch/arm64/mm/mmu.c can_set_direct_map(), v6.4',
  },
  bbmlKeepsBlocks: {
    meaning: 'CPUs with BBML2 (v7.3: BBML3) keep block mappings under rodata=full',
    since: [6, 17],
    until: null,
    source: 'arch/arm64/mm/mmu.c force_pte_mapping(), v6.17',
  },
  rodataOnIsFull: {
    meaning: 'rodata=on means full, rodata=noalias the former on',
    since: [6, 17],
    until: null,
    source: 'arch/arm64/kernel/setup.c parse_rodata(), v6.17',
  },
  kmemMemmapOnMemory: {
    meaning: 'kmem can put the memmap of each memory block onto the block (memory_hotplug.memmap_on_memory)',
    since: [6, 8],
    until: null,
    source: 'drivers/dax/kmem.c dev_dax_kmem_probe(), mm/memory_hotplug.c create_altmaps_and_memory_blocks(), v6.8',
  },
};

/** The newest release whose source these facts were read from. */
export const NEWEST_READ: Version = [7, 3];

/**
 * The tree by release and config: hot-remove in a config of a release that never had it on arm64 shows a patched tree,
 * whatever its name says (arch/arm64/Kconfig ARCH_ENABLE_MEMORY_HOTREMOVE, v5.7).
 */
export function treeOfTarget({ config, release }: Target): Tree {
  const tooOld = compareVersions([release.major, release.minor], [5, 7]) < 0;
  return tooOld && tristate(config, 'MEMORY_HOTREMOVE') === 'y' ? 'vendor' : treeOf(release);
}

/** What is known of one behaviour in one kernel: true, false, or null where release and known facts do not decide. */
export function behaviourOf(name: BehaviourName, target: Target): boolean | null {
  const known = target.known?.[name];
  if (known !== undefined) return known;
  const behaviour = BEHAVIOURS[name];
  const release = target.upstream ?? target.release;
  const version: Version = [release.major, release.minor];
  const { since, until } = behaviour;
  const borders = [since, until].filter((border) => border !== null);
  if (behaviour.unread?.some((unread) => compareVersions(unread, version) === 0)) return null;
  if (release.rc !== null && borders.some((border) => compareVersions(border, version) === 0)) return null;
  const base =
    (since === null || compareVersions(version, since) >= 0) && (until === null || compareVersions(version, until) < 0);
  if (treeOfTarget(target) === 'vendor') {
    const settled = base ? until === null : until !== null && compareVersions(version, until) >= 0;
    return settled ? base : null;
  }
  const change = behaviour.stable?.find((stable) => compareVersions(stable.branch, version) === 0);
  if (change === undefined) return base;
  const level = stableLevelOf(release);
  if (level === null) return null;
  if (change.from !== undefined && level >= change.from) return !base;
  if (change.notUpTo !== undefined && level <= change.notUpTo) return base;
  return null;
}
