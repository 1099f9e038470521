export type { ConfigValue } from './config/config-value.ts';
export type {
  DeviceListing,
  ListedDaxDevice,
  ListedInfoBlock,
  ListedNamespace,
  ListedRegion,
} from './devices/device-listing.ts';
export type { DeviceRange, ObservedInfoBlock, Provider, UnplacedDevice } from './devices/device-range.ts';
export type { Diagnostic, DiagnosticSeverity } from './text/diagnostic.ts';
export type { HostFacts, MemoryParameters, PartKind } from './host/host-facts.ts';
export { parseCmdline } from './kernel/parse-cmdline.ts';
export type { Cmdline, CmdlineParameter } from './kernel/parse-cmdline.ts';
export type { KernelEventCode } from './kernel/kernel-events.ts';
export { walkMap } from './iomem/memory-map.ts';
export type { MapEntry, MemoryMap, PlacedEntry } from './iomem/memory-map.ts';
export { isPageSize, PAGE_SIZES, parsePageSize } from './memory/page-size.ts';
export type { PageSize } from './memory/page-size.ts';
export type { PageSizeWitness } from './host/page-size-witnesses.ts';
export { parseConfig } from './config/parse-config.ts';
export type { ParsedConfig } from './config/parse-config.ts';
export { parseDmesg } from './kernel/parse-dmesg.ts';
export type { EfiRange, KernelEvent, KernelLog } from './kernel/parse-dmesg.ts';
export { parseIomem } from './iomem/parse-iomem.ts';
export { parseMeminfo } from './memory/parse-meminfo.ts';
export type { Meminfo } from './memory/parse-meminfo.ts';
export { parseMemoryHotplug, parseMemorySysfs } from './memory/parse-memory-sysfs.ts';
export type { MemoryHotplug, MemorySysfs } from './memory/parse-memory-sysfs.ts';
export { parseDaxctl, parseNdctl } from './devices/parse-ndctl.ts';
export { parseOsRelease } from './host/parse-os-release.ts';
export type { OsRelease } from './host/parse-os-release.ts';
export { parseSysfs } from './devices/parse-sysfs.ts';
export type { SysfsBus, SysfsDevice } from './devices/parse-sysfs.ts';
export { parseZoneinfo } from './memory/parse-zoneinfo.ts';
export type { Zone } from './memory/parse-zoneinfo.ts';
export { parseVersion } from './kernel/parse-version.ts';
export type { ProcVersion, UpstreamRelease } from './kernel/parse-version.ts';
export { readHost } from './host/read-host.ts';
export type { HostOptions } from './host/read-host.ts';
export { compareReleases, parseRelease } from './kernel/release.ts';
export type { Release } from './kernel/release.ts';
export type { ReportedSize } from './devices/reported-size.ts';
