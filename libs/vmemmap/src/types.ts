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

/** The kernel that is asked about: a release, a config, a page size and how it is booted. */
export interface Target {
  readonly pageSize: PageSize;
  readonly release: KernelRelease;
  readonly config: KernelConfig;
  /** Text of /proc/cmdline; null where unknown. */
  readonly cmdline: string | null;
}

/** One entry of a memory map, as /proc/iomem shows it. */
export interface MapEntry extends Range {
  readonly name: string;
  readonly children: readonly MapEntry[];
}

/** What the machine has at which physical address. */
export interface MemoryMap {
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
}

/**
 * ok: comes up as asked. ok-dram: comes up, but the memmap is in DRAM although the device was asked for.
 * refused: the kernel says no (errno). oops: the kernel crashes. unsupported: this config or version cannot do it at all.
 * unknown: an input is missing (see `missing`).
 */
export type Outcome = 'ok' | 'ok-dram' | 'refused' | 'oops' | 'unsupported' | 'unknown';

/** One check, in the kernel's order. */
export interface Step {
  readonly id: string;
  readonly verdict: 'pass' | 'fail' | 'unknown' | 'note';
  /** The numbers and values that were compared. */
  readonly facts: Readonly<Record<string, number | string | boolean | null>>;
  /** Kernel function or file, and commit or version bounds. */
  readonly source: string;
}

export interface PlugResult {
  readonly outcome: Outcome;
  /** Reason code, "OK" when there is nothing to say. See REASONS. */
  readonly reason: string;
  readonly facts: Readonly<Record<string, number | string | boolean | null>>;
  readonly errno: number | null;
  /** The kernel's message, with the numbers filled in; null where it prints none. */
  readonly message: string | null;
  /** Inputs that are missing; only with `unknown`. */
  readonly missing: readonly string[];
  readonly steps: readonly Step[];
  /** The block that would be written or was found. */
  readonly infoBlock: InfoBlock | null;
  /** Pages, but basePfn a pfn. */
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
    readonly pageTableBytes: number | null;
  } | null;
  readonly usable: Range | null;
  /** Bytes of the namespace that cannot be used for data. */
  readonly lostBytes: number | null;
}
