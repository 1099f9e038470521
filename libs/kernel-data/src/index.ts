export type { ConfigValue } from './config-value.ts';
export type {
  DeviceListing,
  ListedDaxDevice,
  ListedInfoBlock,
  ListedNamespace,
  ListedRegion,
} from './device-listing.ts';
export type { DeviceRange, ObservedInfoBlock, Provider, UnplacedDevice } from './device-range.ts';
export type { Diagnostic, DiagnosticSeverity } from './diagnostic.ts';
export type { HostFacts, MemoryParameters, PartKind } from './host-facts.ts';
export { parseCmdline } from './kernel-cmdline.ts';
export type { Cmdline, CmdlineParameter } from './kernel-cmdline.ts';
export type { KernelEventCode } from './kernel-events.ts';
export { walkMap } from './memory-map.ts';
export type { MapEntry, MemoryMap, PlacedEntry } from './memory-map.ts';
export { isPageSize, PAGE_SIZES, parsePageSize } from './page-size.ts';
export type { PageSize } from './page-size.ts';
export type { PageSizeWitness } from './page-size-witnesses.ts';
export { parseConfig } from './parse-config.ts';
export type { ParsedConfig } from './parse-config.ts';
export { parseDmesg } from './parse-dmesg.ts';
export type { EfiRange, KernelEvent, KernelLog } from './parse-dmesg.ts';
export { parseIomem } from './parse-iomem.ts';
export { parseMeminfo } from './parse-meminfo.ts';
export type { Meminfo } from './parse-meminfo.ts';
export { parseMemoryHotplug, parseMemorySysfs } from './parse-memory-sysfs.ts';
export type { MemoryHotplug, MemorySysfs } from './parse-memory-sysfs.ts';
export { parseDaxctl, parseNdctl } from './parse-ndctl.ts';
export { parseOsRelease } from './parse-os-release.ts';
export type { OsRelease } from './parse-os-release.ts';
export { parseSysfs } from './parse-sysfs.ts';
export type { SysfsBus, SysfsDevice } from './parse-sysfs.ts';
export { parseZoneinfo } from './parse-zoneinfo.ts';
export type { Zone } from './parse-zoneinfo.ts';
export { parseVersion } from './proc-version.ts';
export type { ProcVersion, UpstreamRelease } from './proc-version.ts';
export { readHost } from './read-host.ts';
export type { HostOptions } from './read-host.ts';
export { compareReleases, parseRelease } from './release.ts';
export type { Release } from './release.ts';
export type { ReportedSize } from './reported-size.ts';
