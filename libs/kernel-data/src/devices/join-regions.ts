import type { DeviceListing, ListedRegion } from './device-listing.ts';
import type { Provider } from './device-range.ts';
import type { DiagnosticLog } from '../text/diagnostic.ts';
import { Evidence, type Fact, fact } from './facts.ts';
import type { IomemDevices } from './iomem-devices.ts';
import { type SysfsBus, type SysfsDevice, sysfsNumber } from './parse-sysfs.ts';
import { addressOfBus, providerOfBus } from './provider.ts';
import type { ReportedSize } from './reported-size.ts';

/** A region of libnvdimm, as far as the sources tell. CXL counts regions of its own, and they show in /proc/iomem alone. */
export interface JoinedRegion {
  readonly name: string;
  readonly start: number | null;
  readonly size: number | null;
  readonly provider: Provider;
  readonly numaNode: number | null;
  readonly targetNode: number | null;
  readonly evidence: Readonly<Record<string, string>>;
}

/** What the sources of one host say about devices; an empty one stands for a source that is missing. */
export interface DeviceSources {
  readonly nd: SysfsBus;
  readonly dax: SysfsBus;
  readonly ndctl: DeviceListing;
  readonly daxctl: DeviceListing;
  readonly iomem: IomemDevices;
}

export function joinRegions(sources: DeviceSources, log: DiagnosticLog): ReadonlyMap<string, JoinedRegion> {
  const listed = [...sources.ndctl.regions, ...sources.daxctl.regions];
  const names = new Set([
    ...[...sources.nd.devices.keys()].filter((name) => name.startsWith('region')),
    ...listed.map((region) => region.name),
  ]);
  const regions = [...names].map((name) => joinRegion(name, sources, listed, log));
  return new Map(placeBySize(regions, sources).map((region) => [region.name, region]));
}

function joinRegion(
  name: string,
  { nd }: DeviceSources,
  allListed: readonly ListedRegion[],
  log: DiagnosticLog,
): JoinedRegion {
  const evidence = new Evidence(name, log);
  const sysfs = nd.devices.get(name);
  const listed = allListed.filter((region) => region.name === name);
  const bus = busOf(sysfs, nd);
  const providers: readonly Fact<Provider>[] = [
    ...fact(bus === null ? null : providerOfBus(bus), `nd-sysfs provider ${bus}`),
    ...listed.flatMap((region) =>
      fact(region.provider === null ? null : providerOfBus(region.provider), 'ndctl provider'),
    ),
  ].filter((known) => known.value !== 'unknown');
  const found: readonly Fact<number>[] = [...fact(sysfsNumber(sysfs, 'resource'), `nd-sysfs ${name}/resource`)].filter(
    (start) => start.value > 0,
  );
  const starts = found.length > 0 ? found : listed.flatMap((region) => startOfBus(region, allListed));
  const sizes = [
    ...fact(sysfsNumber(sysfs, 'size'), `nd-sysfs ${name}/size`),
    ...listed.flatMap((region) => fact(region.size?.exact, `ndctl ${name}`)),
  ];
  const size = evidence.settle('size', sizes);
  for (const region of listed) checkRounded(name, region.size, size, log);
  return {
    name,
    start: evidence.settle('start', starts),
    size,
    provider: evidence.settle('provider', providers) ?? 'unknown',
    numaNode: nodeOf(sysfs, 'numa_node'),
    targetNode: nodeOf(sysfs, 'target_node'),
    evidence: evidence.sources,
  };
}

/** Null where several buses are there and none can be told to be the region's. */
function busOf(region: SysfsDevice | undefined, nd: SysfsBus): string | null {
  if (region === undefined) return null;
  const buses = [...nd.devices.values()].filter((device) => device.name.startsWith('ndbus'));
  const node = region.uevent.get('OF_FULLNAME');
  const [own, ...others] =
    buses.length === 1 ? buses : buses.filter((bus) => node !== undefined && bus.uevent.get('OF_FULLNAME') === node);
  return own === undefined || others.length > 0 ? null : (own.attributes.get('provider') ?? null);
}

/** of_pmem's bus carries the address of its first region in its name; with two regions it is not clear whose it is. */
function startOfBus(region: ListedRegion, all: readonly ListedRegion[]): readonly Fact<number>[] {
  const { provider } = region;
  if (provider === null || all.some((other) => other.provider === provider && other.name !== region.name)) return [];
  return fact(addressOfBus(provider), `ndctl provider ${provider}`);
}

/**
 * ndctl shows no addresses, and the "Persistent Memory" of an NFIT region carries no name. Where exactly one region and one
 * such entry have a size, they are one: each region of the nfit driver has its entry.
 */
function placeBySize(regions: readonly JoinedRegion[], { iomem }: DeviceSources): readonly JoinedRegion[] {
  const entries = iomem.ranges.filter(
    ({ entry, parents }) => entry.name === 'Persistent Memory' && parents.length === 0,
  );
  return regions.map((region) => {
    if (region.start !== null || region.size === null || region.provider !== 'nfit') return region;
    const same = entries.filter(({ entry }) => entry.size === region.size);
    const rivals = regions.filter((other) => other.size === region.size);
    const [only] = same;
    if (only === undefined || same.length > 1 || rivals.length > 1) return region;
    const evidence = { ...region.evidence, start: 'iomem: the only Persistent Memory of this size' };
    return { ...region, start: only.entry.start, evidence };
  });
}

/** A rounded figure of ndctl -u is no source, but it must not contradict one. */
export function checkRounded(
  name: string,
  printed: ReportedSize | null,
  exact: number | null,
  log: DiagnosticLog,
): void {
  if (printed === null || printed.exact !== null || exact === null) return;
  if (exact < printed.low || exact > printed.high) {
    log.error(
      null,
      `${name}: ndctl shows ${printed.text}, other sources 0x${exact.toString(16)} bytes`,
      'sources of one moment',
    );
  }
}

/** A NUMA node as sysfs shows it, -1 for none; null where it is absent. */
export function nodeOf(device: SysfsDevice | undefined, attribute: 'numa_node' | 'target_node'): number | null {
  const text = device?.attributes.get(attribute);
  return text !== undefined && /^-?\d{1,5}$/.test(text) ? Number(text) : null;
}
