import type { DeviceRange, UnplacedDevice } from './device-range.ts';
import { type Diagnostic, DiagnosticLog } from '../text/diagnostic.ts';
import { contains, endOf } from './iomem-devices.ts';
import { joinDaxDevices, NO_BLOCK } from './join-dax.ts';
import type { KernelSources } from './gather-namespace.ts';
import { joinNamespaces, regionName } from './join-namespaces.ts';
import { type DeviceSources, type JoinedRegion, joinRegions } from './join-regions.ts';
import type { PlacedEntry } from '../iomem/memory-map.ts';
import { providerOfEntry } from './provider.ts';

/**
 * Joins what sysfs, ndctl, daxctl, /proc/iomem and the kernel log say about device memory into ranges with a place and a
 * size. What cannot be placed is named with the input that is missing; contradictions become diagnostics.
 */
export function joinDevices(
  sources: DeviceSources,
  kernel: KernelSources,
): {
  readonly ranges: readonly DeviceRange[];
  readonly unplaced: readonly UnplacedDevice[];
  readonly diagnostics: readonly Diagnostic[];
} {
  const log = new DiagnosticLog('devices');
  const regions = joinRegions(sources, log);
  const namespaces = joinNamespaces(sources, regions, kernel, log);
  const dax = joinDaxDevices(sources, namespaces.names, log);
  const used = new Set([...namespaces.names].map(regionName));
  const ranges: DeviceRange[] = [...namespaces.ranges, ...dax.ranges];
  const unplaced: UnplacedDevice[] = [...namespaces.unplaced, ...dax.unplaced];
  for (const region of regions.values()) {
    const empty = emptyRegion(region, sources);
    if (used.has(region.name) || (!('missing' in empty) && ranges.some((range) => contains(empty, range)))) continue;
    if ('missing' in empty) unplaced.push(empty);
    else ranges.push(empty);
  }
  // Inner entries first: where a region is known, its window is not one more range.
  for (const placed of sources.iomem.ranges.toReversed()) {
    if (!ranges.some((range) => contains(placed.entry, range) || contains(range, placed.entry)))
      ranges.push(bareEntry(placed));
  }
  for (const { name, missing } of unplaced) log.warning(null, `${name} cannot be placed: ${missing.join('; ')}`);
  reportOverlaps(ranges, log);
  return { ranges: ranges.toSorted((a, b) => a.start - b.start || b.size - a.size), unplaced, diagnostics: log.list() };
}

/** A region without namespace. */
function emptyRegion(region: JoinedRegion, { nd, ndctl }: DeviceSources): DeviceRange | UnplacedDevice {
  const { name, start, size, provider, numaNode, targetNode, evidence } = region;
  if (start === null || size === null) {
    const what = start === null ? 'start' : 'size';
    return { name, region: name, provider, missing: [`${what} of ${name}: nd-sysfs, or iomem, read as root`] };
  }
  const driver = nd.devices.get(name)?.uevent;
  const state = driver === undefined || driver.size === 0 ? null : driver.has('DRIVER') ? 'enabled' : 'disabled';
  // A list of regions alone (ndctl list -R) says nothing of the namespaces in them.
  const seeded = [...nd.devices.keys()].some((other) => other.startsWith('namespace') && regionName(other) === name);
  const free = ndctl.regions.some((listed) => listed.name === name && listed.available?.exact === size);
  const formatted = seeded || free ? false : null;
  const rest = { mode: null, align: null, state, formatted, numaNode, targetNode, evidence } as const;
  return { ...NO_BLOCK, ...rest, name, region: name, start, size, sizeExact: true, provider, kind: 'region' };
}

/** An entry of /proc/iomem that no other source knows, and in which no known device lies. */
function bareEntry(placed: PlacedEntry): DeviceRange {
  const { name: shown, start, size } = placed.entry;
  const kind = shown === 'Soft Reserved' ? 'soft-reserved' : shown.startsWith('CXL Window') ? 'cxl-window' : 'region';
  const source = `iomem "${shown}"`;
  const isCxlRegion = shown.startsWith('region');
  // Several entries may be called the same; a range's name is its own.
  const own = isCxlRegion ? `CXL ${shown}` : `${shown} at 0x${start.toString(16)}`;
  return {
    ...NO_BLOCK,
    name: kind === 'cxl-window' ? shown : own,
    region: isCxlRegion ? shown : null,
    start,
    size,
    sizeExact: true,
    provider: providerOfEntry(placed),
    kind,
    mode: null,
    align: null,
    state: null,
    formatted: kind === 'region' && !isCxlRegion ? null : false,
    numaNode: null,
    targetNode: null,
    evidence: { start: source, size: source },
  };
}

function reportOverlaps(ranges: readonly DeviceRange[], log: DiagnosticLog): void {
  const sorted = ranges.toSorted((a, b) => a.start - b.start);
  sorted.forEach((range, i) => {
    const next = sorted[i + 1];
    if (next === undefined || next.start >= endOf(range) || contains(range, next) || contains(next, range)) return;
    log.warning(null, `${range.name} and ${next.name} overlap`, 'separate ranges');
  });
}
