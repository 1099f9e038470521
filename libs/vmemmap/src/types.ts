/** Base page size in bytes. */
export type PageSize = 4096 | 16384 | 65536;

/** A physical address range. Both in bytes, both at most 2^53 - 1. */
export interface Range {
  readonly start: number;
  readonly size: number;
}

/**
 * One symbol of a kernel .config. `not-set` is the line "# CONFIG_X is not set"; `absent` is no line at all: in a complete
 * config both mean n, in a fragment only the first does.
 */
export type ConfigValue =
  | { readonly type: 'y' }
  | { readonly type: 'm' }
  | { readonly type: 'not-set' }
  | { readonly type: 'absent' }
  | { readonly type: 'number'; readonly value: number }
  | { readonly type: 'string'; readonly value: string };

export interface KernelConfig {
  /** Symbol without the CONFIG_ prefix. */
  get(symbol: string): ConfigValue;
  /** False for fragments and filtered files: there, `absent` proves nothing. */
  readonly complete: boolean;
}

/** uname -r, taken apart. */
export interface KernelRelease {
  readonly raw: string;
  readonly major: number;
  readonly minor: number;
  /** Third number; null where the release has none. */
  readonly patch: number | null;
  /** N of -rcN; null in a final release. */
  readonly rc: number | null;
  /** What follows the numbers, "" for an unmodified upstream release. */
  readonly suffix: string;
}

/** Names of the behaviours that differ between kernels; see BEHAVIOURS for what each means and since when. */
export type BehaviourName =
  | 'archHotremove'
  | 'altmapHonoured'
  | 'pmdFallbackDram'
  | 'pmdFallbackAltmap'
  | 'partialSectionsByBasePages'
  | 'tableSlotFilled'
  | 'sectionsOf128M'
  | 'zeroSizeCheck'
  | 'mhpRangeChecked'
  | 'linearRangeCheckedInArch'
  | 'compoundDevmap'
  | 'daxMemmapShared'
  | 'bindPassesErrno'
  | 'removalTouchesAllPages'
  | 'physmemEndDynamic'
  | 'smallRegionAlignIsPage'
  | 'linearMapRandomised'
  | 'randomisedWithinPaRange'
  | 'kfenceForcesPte'
  | 'kfencePoolKnownEarly'
  | 'bbmlKeepsBlocks'
  | 'rodataOnIsFull'
  | 'kmemMemmapOnMemory';

/** The kernel that is asked about: a release, a config, a page size and how it is booted. */
export interface Target {
  readonly pageSize: PageSize;
  readonly release: KernelRelease;
  readonly config: KernelConfig;
  /** Text of /proc/cmdline; null where unknown. */
  readonly cmdline: string | null;
  /**
   * The upstream release behind a distribution's name, where it is proven (Debian's "6.1.0-50-arm64" says 6.1.192 in
   * /proc/version). Decides the stable fixes that `release` hides.
   */
  readonly upstream?: KernelRelease | null;
  /** Behaviours known from elsewhere (a patched kernel, a vendor's changelog); they win over what the release says. */
  readonly known?: Readonly<Partial<Record<BehaviourName, boolean>>>;
  /** Whether the CPU has the 52-bit virtual addresses that CONFIG_ARM64_VA_BITS_52 wants; null or absent where unknown. */
  readonly cpuHasVa52?: boolean | null;
}

/** One entry of a memory map, as /proc/iomem shows it. */
export interface MapEntry extends Range {
  readonly name: string;
  readonly children: readonly MapEntry[];
}

/** What the machine has at which physical address. */
export interface MemoryMap {
  /** Never empty on a real machine: without entries nothing is known of it. */
  readonly entries: readonly MapEntry[];
  /** True where every address reads zero: read without root. Nothing can be placed then. */
  readonly zeroed: boolean;
}

/** Who brings the region: decides which gates the kernel applies. */
export type Provider = 'nfit' | 'of' | 'virtio' | 'cxl' | 'hmem' | 'unknown';

/** The pfn info block (4 KiB at offset 4 KiB of a namespace). Bytes, but npfns in pages. */
export interface InfoBlock {
  readonly signature: 'pfn' | 'dax';
  readonly versionMinor: number;
  readonly map: 'dev' | 'mem';
  readonly dataoff: number;
  readonly npfns: number;
  readonly startPad: number;
  readonly endTrunc: number;
  readonly align: number;
  readonly pageSize: number;
  readonly pageStructSize: number;
}

/** What is asked of the kernel. */
export interface PlugRequest {
  readonly range: Range;
  readonly provider: Provider;
  readonly mode: 'fsdax' | 'devdax' | 'raw' | 'kmem';
  readonly map: 'dev' | 'mem';
  /** Bytes; null takes the kernel's default. */
  readonly align: number | null;
  /** The block that lies on the medium; null for a new namespace (or none there). */
  readonly infoBlock: InfoBlock | null;
  /** Who asks: the kernel's sysfs files (default) or `ndctl create-namespace`, which refuses some requests by itself. */
  readonly via?: 'sysfs' | 'ndctl';
  /** NUMA node of the region for kmem; -1 where firmware names none; null or absent where unknown. */
  readonly numaNode?: number | null;
  /** For kmem: whether the dax device's memmap_on_memory attribute is set (v6.9 on); absent is the kernel's default. */
  readonly memmapOnMemory?: boolean;
  /** True for a volatile CXL region: device-dax without a namespace. */
  readonly volatile?: boolean;
}

/**
 * ok: comes up as asked. ok-dram: comes up, but the memmap is in DRAM although the device was asked for.
 * refused: the kernel says no (errno). oops: the kernel crashes. unsupported: this config or version cannot do it at all.
 * unknown: an input is missing (see `missing`).
 */
export type Outcome = 'ok' | 'ok-dram' | 'refused' | 'oops' | 'unsupported' | 'unknown';

export type Facts = Readonly<Record<string, number | string | boolean | null>>;

/** One check, in the kernel's order. */
export interface Step {
  readonly id: string;
  readonly verdict: 'pass' | 'fail' | 'unknown' | 'note';
  /** The numbers and values that were compared. */
  readonly facts: Facts;
  /** Kernel function or file, and commit or version bounds. */
  readonly source: string;
}

/** Where a request ended: the sysfs file, driver or moment that gave the answer. */
export type Stage = 'ndctl' | 'no-seed' | 'namespace' | 'bind' | 'dax-child' | 'boot-probe' | 'kmem' | 'remove';

/** Something that does not stop the request but should be told, with its numbers. `code` is a reason code. */
export interface Warning {
  readonly code: string;
  readonly facts: Facts;
}

/** A run of the memmap: struct pages of the physical range `covers`, held in `size` bytes at `start`. */
export interface MemmapRun {
  /** First byte that holds them; null in DRAM, where the kernel picks any free page. */
  readonly start: number | null;
  readonly size: number;
  /** device: this range. neighbour: another device's range. dram: allocated for this. boot: the boot memmap, already paid. */
  readonly where: 'device' | 'neighbour' | 'dram' | 'boot';
  readonly leaf: 'pte' | 'pmd';
  readonly covers: Range;
}

/** What lies where in the range, for a picture of it: the pieces are in order and fill the range. */
export interface LayoutPiece extends Range {
  readonly kind: 'start-pad' | 'info-block' | 'memmap' | 'reserved' | 'data' | 'end-trunc' | 'raw';
}

/** What kmem makes of the data area. Bytes; `blocks` counts memory blocks. */
export interface KmemResult {
  readonly range: Range | null;
  readonly blockSize: number;
  readonly blocks: number;
  readonly cutBytes: number;
  readonly errno: number | null;
  readonly reason: string;
  /** Whether the memmap of the blocks lies on the blocks themselves; null where unknown. */
  readonly memmapOnMemory: boolean | null;
  readonly memmapDramBytes: number;
}

export interface PlugResult {
  readonly outcome: Outcome;
  /** Reason code, "OK" when there is nothing to say. See REASONS. */
  readonly reason: string;
  readonly facts: Facts;
  /** The kernel's own error number, as its log says it. */
  readonly errno: number | null;
  /** What writing to the driver's bind file returns: up to v5.12 always 19 (J.1); null where no bind failed. */
  readonly bindErrno: number | null;
  readonly stage: Stage | null;
  /** The kernel's message, with the numbers filled in; null where it prints none. */
  readonly message: string | null;
  /** All lines the kernel prints on the way, WARNs included, in order. */
  readonly messages: readonly string[];
  /** Inputs that are missing; only with `unknown`. */
  readonly missing: readonly string[];
  readonly steps: readonly Step[];
  /** Things that hold in any case: loss of capacity, sharing, an oops on removal. */
  readonly warnings: readonly Warning[];
  /** Further checks that would fail too, were the first one mended. */
  readonly also: readonly Warning[];
  /** Alignment in force, bytes; null for raw. */
  readonly align: number | null;
  /** The requested alignment is not offered: the write fails with EINVAL and the seed's alignment stays. */
  readonly alignRefused: boolean;
  /** Taking the device away again crashes the kernel. */
  readonly oopsOnRemoval: boolean;
  /** The block that would be written or was found. */
  readonly infoBlock: InfoBlock | null;
  /** Pages, but basePfn a pfn. `allocated` counts every page handed out, also those given back on failure. */
  readonly altmap: {
    readonly basePfn: number;
    readonly reserve: number;
    readonly free: number;
    readonly allocated: number;
    readonly alignLoss: number;
  } | null;
  readonly memmap: {
    readonly deviceBytes: number;
    readonly dramBytes: number;
    /** DRAM for page tables (linear map and vmemmap) at most; null where a fact it needs is unknown. */
    readonly pageTableBytes: number | null;
    /** The same at least, where the two bounds differ (BBML2, KFENCE, pre-existing tables). */
    readonly pageTableBytesMin?: number | null;
    /** Where the struct pages lie after the attempt, leftovers of a failed one included, by address covered. */
    readonly runs: readonly MemmapRun[];
  } | null;
  readonly usable: Range | null;
  /** Bytes of the namespace that cannot be used for data. */
  readonly lostBytes: number | null;
  readonly layout: readonly LayoutPiece[];
  /** Bytes; section borders lie at its multiples. */
  readonly sectionSize: number | null;
  readonly kmem: KmemResult | null;
}
