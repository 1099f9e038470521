import type { DeviceRange, UnplacedDevice } from '../devices/device-range.ts';
import type { Diagnostic } from '../text/diagnostic.ts';
import type { Cmdline } from '../kernel/parse-cmdline.ts';
import type { MemoryMap } from '../iomem/memory-map.ts';
import type { PageSize } from '../memory/page-size.ts';
import type { PageSizeWitness } from './page-size-witnesses.ts';
import type { ParsedConfig } from '../config/parse-config.ts';
import type { EfiRange, KernelEvent } from '../kernel/parse-dmesg.ts';
import type { OsRelease } from './parse-os-release.ts';
import type { Zone } from '../memory/parse-zoneinfo.ts';
import type { UpstreamRelease } from '../kernel/parse-version.ts';
import type { Release } from '../kernel/release.ts';

/** What a part of a report is; the names are those of the wire protocol. */
export type PartKind =
  | 'config'
  | 'iomem'
  | 'cmdline'
  | 'version'
  | 'meminfo'
  | 'zoneinfo'
  | 'memory-sysfs'
  | 'memory-hotplug'
  | 'nd-sysfs'
  | 'dax-sysfs'
  | 'ndctl'
  | 'daxctl'
  | 'dmesg'
  | 'os-release';

/** Everything that one host says, joined. Null stands for what no part tells, or what parts contradict each other about. */
export interface HostFacts {
  /** uname -r. */
  readonly release: Release | null;
  /** The stable release that the kernel is made of, where a text proves it. */
  readonly upstreamRelease: UpstreamRelease | null;
  readonly pageSize: PageSize | null;
  readonly pageSizeWitnesses: readonly PageSizeWitness[];
  readonly config: ParsedConfig | null;
  readonly memoryMap: MemoryMap | null;
  readonly cmdline: Cmdline | null;
  /** Bytes. */
  readonly memoryBlockSize: number | null;
  /** MemTotal in bytes. */
  readonly totalMemoryBytes: number | null;
  readonly zones: readonly Zone[];
  /** How this host takes hot-added memory. */
  readonly memoryParameters: MemoryParameters;
  readonly osRelease: OsRelease | null;
  /** Device memory with a place and a size, by address. */
  readonly namespaces: readonly DeviceRange[];
  /** Device memory that cannot be judged, with the input that is missing. */
  readonly unplaced: readonly UnplacedDevice[];
  /** What the kernel log says of device memory, and the memory map of the firmware (efi=debug). */
  readonly kernelEvents: readonly KernelEvent[];
  readonly efiRanges: readonly EfiRange[];
  readonly diagnostics: readonly Diagnostic[];
}

export interface MemoryParameters {
  /** Y, N or force: of sysfs, or else of the command line; null before 6.6 and where unknown. */
  readonly memmapOnMemory: string | null;
  readonly onlinePolicy: string | null;
  /** offline, online, online_kernel or online_movable: what the host does now (sysfs). */
  readonly autoOnlineBlocks: string | null;
  /** memhp_default_state= of the command line. */
  readonly memhpDefaultState: string | null;
  /** rodata= of the command line; null where it is left at the default. */
  readonly rodata: string | null;
  /** kfence.sample_interval= of the command line in milliseconds; null where it is left at the config's. */
  readonly kfenceSampleInterval: number | null;
  /** True with nokaslr; null without a command line. */
  readonly nokaslr: boolean | null;
}
