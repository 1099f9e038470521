import { decodeText } from '../text/decode-text.ts';
import type { DeviceListing } from '../devices/device-listing.ts';
import { type Diagnostic, DiagnosticLog } from '../text/diagnostic.ts';
import { exactNumber } from '../text/exact-number.ts';
import type { HostFacts, MemoryParameters, PartKind } from './host-facts.ts';
import { findDevices } from '../devices/iomem-devices.ts';
import { joinDevices } from '../devices/join-devices.ts';
import { type Cmdline, parseCmdline } from '../kernel/parse-cmdline.ts';
import { groupByRegion } from '../devices/namespace-clues.ts';
import { isPageSize } from '../memory/page-size.ts';
import { agreedPageSize, pageSizeWitnesses } from './page-size-witnesses.ts';
import { parseConfig } from '../config/parse-config.ts';
import { parseDmesg } from '../kernel/parse-dmesg.ts';
import { parseIomem } from '../iomem/parse-iomem.ts';
import { parseMeminfo } from '../memory/parse-meminfo.ts';
import {
  type MemoryHotplug,
  type MemorySysfs,
  parseMemoryHotplug,
  parseMemorySysfs,
} from '../memory/parse-memory-sysfs.ts';
import { parseDaxctl, parseNdctl } from '../devices/parse-ndctl.ts';
import { parseOsRelease } from './parse-os-release.ts';
import { parseSysfs, type SysfsBus } from '../devices/parse-sysfs.ts';
import { parseZoneinfo } from '../memory/parse-zoneinfo.ts';
import { parseVersion } from '../kernel/parse-version.ts';
import { releaseOf, upstreamOf } from './release-witnesses.ts';

/** What the manifest of a report says beside its parts. */
export interface HostOptions {
  /** uname -r. */
  readonly release?: string;
  /** Bytes, of `getconf PAGESIZE`. */
  readonly pageSize?: number;
}

const NO_DEVICES: SysfsBus = { devices: new Map() };
const NOTHING_LISTED: DeviceListing = { regions: [], namespaces: [], daxDevices: [], infoBlocks: [] };

/**
 * Reads all parts of a host's report and joins them. Every part is optional, and what a part cannot tell is null. Takes
 * any bytes and never throws: what cannot be read is in `diagnostics`, by part and line.
 */
export function readHost(parts: ReadonlyMap<PartKind, string | Uint8Array>, options: HostOptions = {}): HostFacts {
  const reader = new PartReader(parts);
  const log = new DiagnosticLog('host');
  const dmesg = reader.read('dmesg', (text) => parseDmesg(text))?.log ?? null;
  const config = reader.read('config', (text) => parseConfig(text))?.config ?? null;
  const map = reader.read('iomem', (text) => parseIomem(text))?.map ?? null;
  const cmdline = reader.read('cmdline', (text) => parseCmdline(text))?.cmdline ?? dmesg?.cmdline ?? null;
  const version = reader.read('version', (text) => parseVersion(text))?.version ?? null;
  const meminfo = reader.read('meminfo', (text) => parseMeminfo(text))?.meminfo ?? null;
  const zones = reader.read('zoneinfo', (text) => parseZoneinfo(text))?.zones ?? [];
  const memory = reader.read('memory-sysfs', (text) => parseMemorySysfs(text))?.memory ?? null;
  const hotplug = reader.read('memory-hotplug', (text) => parseMemoryHotplug(text))?.hotplug ?? null;
  const osRelease = reader.read('os-release', (text) => parseOsRelease(text))?.osRelease ?? null;

  const release = releaseOf({ stated: options.release ?? null, version, booted: dmesg?.version ?? null }, log);
  const upstreamRelease = upstreamOf({ release, version: version ?? dmesg?.version ?? null, config }, log);
  const stated = options.pageSize ?? null;
  if (stated !== null && !isPageSize(stated))
    log.error(null, `${stated} is no page size of arm64`, '4096, 16384 or 65536');
  const witnesses = pageSizeWitnesses({
    stated: stated !== null && isPageSize(stated) ? stated : null,
    config,
    meminfo,
    cmdline,
    zones,
    map,
  });
  const pageSize = agreedPageSize(witnesses, log);
  const devices = joinDevices(
    {
      nd: reader.read('nd-sysfs', (text) => parseSysfs(text, 'nd-sysfs'))?.bus ?? NO_DEVICES,
      dax: reader.read('dax-sysfs', (text) => parseSysfs(text, 'dax-sysfs'))?.bus ?? NO_DEVICES,
      ndctl: reader.read('ndctl', (text) => parseNdctl(text))?.listing ?? NOTHING_LISTED,
      daxctl: reader.read('daxctl', (text) => parseDaxctl(text))?.listing ?? NOTHING_LISTED,
      iomem: findDevices(map),
    },
    { config, pageSize, events: groupByRegion(dmesg?.events ?? []) },
  );
  return {
    release,
    upstreamRelease,
    pageSize,
    pageSizeWitnesses: witnesses,
    config,
    memoryMap: map,
    cmdline,
    memoryBlockSize: memory?.blockSizeBytes ?? null,
    totalMemoryBytes: meminfo?.totalBytes ?? null,
    zones,
    memoryParameters: parametersOf(cmdline, memory, hotplug, log),
    osRelease,
    namespaces: devices.ranges,
    unplaced: devices.unplaced,
    kernelEvents: dmesg?.events ?? [],
    efiRanges: dmesg?.efi ?? [],
    diagnostics: [...reader.diagnostics(), ...log.list(), ...devices.diagnostics],
  };
}

/** Decodes and parses parts, and keeps what the parsers have to say. */
class PartReader {
  readonly #parts: ReadonlyMap<PartKind, string | Uint8Array>;
  readonly #diagnostics: Diagnostic[] = [];

  constructor(parts: ReadonlyMap<PartKind, string | Uint8Array>) {
    this.#parts = parts;
  }

  /** Null where the part is absent or no text. */
  read<T extends { readonly diagnostics: readonly Diagnostic[] }>(
    kind: PartKind,
    parse: (text: string) => T,
  ): T | null {
    const input = this.#parts.get(kind);
    if (input === undefined) return null;
    const log = new DiagnosticLog(kind);
    const text = decodeText(input, log);
    const parsed = text === null ? null : parse(text);
    this.#diagnostics.push(...log.list(), ...(parsed?.diagnostics ?? []));
    return parsed;
  }

  diagnostics(): readonly Diagnostic[] {
    return this.#diagnostics;
  }
}

function parametersOf(
  cmdline: Cmdline | null,
  memory: MemorySysfs | null,
  hotplug: MemoryHotplug | null,
  log: DiagnosticLog,
): MemoryParameters {
  return {
    memmapOnMemory: hotplug?.memmapOnMemory ?? memmapOnMemory(cmdline),
    onlinePolicy: hotplug?.onlinePolicy ?? cmdline?.last('memory_hotplug.online_policy') ?? null,
    autoOnlineBlocks: memory?.autoOnlineBlocks ?? null,
    memhpDefaultState: cmdline?.last('memhp_default_state') ?? null,
    rodata: cmdline?.last('rodata') ?? null,
    kfenceSampleInterval: kfenceInterval(cmdline, log),
    nokaslr: cmdline === null ? null : cmdline.has('nokaslr'),
  };
}

/** The module parameter takes force and what kstrtobool takes; without a value it is set. */
function memmapOnMemory(cmdline: Cmdline | null): string | null {
  const name = 'memory_hotplug.memmap_on_memory';
  if (cmdline === null || !cmdline.has(name)) return null;
  const value = cmdline.last(name) ?? 'y';
  if (value === 'force') return value;
  if (/^(?:[yYtT1]|[oO][nN])/.test(value)) return 'Y';
  return /^(?:[nNfF0]|[oO][fF])/.test(value) ? 'N' : null;
}

function kfenceInterval(cmdline: Cmdline | null, log: DiagnosticLog): number | null {
  const text = cmdline?.last('kfence.sample_interval') ?? null;
  const value = text === null ? 'not-a-number' : exactNumber(text);
  if (text !== null && typeof value !== 'number')
    log.warning(null, `kfence.sample_interval=${text} is no number`, 'milliseconds');
  return typeof value === 'number' ? value : null;
}
