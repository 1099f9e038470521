import type { DeviceRange, UnplacedDevice } from './device-range.ts';
import type { DiagnosticLog } from '../text/diagnostic.ts';
import { Evidence, fact } from './facts.ts';
import { bestListed, gatherNamespace, type KernelSources, type NamespaceSources } from './gather-namespace.ts';
import { infoBlockClues, observeInfoBlock } from './info-block-facts.ts';
import { checkRounded, type DeviceSources, type JoinedRegion, nodeOf } from './join-regions.ts';
import { sysfsNumber } from './parse-sysfs.ts';
import { providerOfEntry } from './provider.ts';
import {
  modeFacts,
  modeOfRefused,
  settleFormatted,
  settleSize,
  settleStart,
  settleUsable,
  stateFacts,
} from './settle-namespace.ts';

export interface JoinedNamespaces {
  readonly ranges: readonly DeviceRange[];
  readonly unplaced: readonly UnplacedDevice[];
  /** Every namespace that has a size, placed or not. */
  readonly names: ReadonlySet<string>;
}

export function joinNamespaces(
  sources: DeviceSources,
  regions: ReadonlyMap<string, JoinedRegion>,
  kernel: KernelSources,
  log: DiagnosticLog,
): JoinedNamespaces {
  const isNamespace = (name: string): boolean => name.startsWith('namespace');
  const all = new Set([
    ...[...sources.nd.devices.keys()].filter(isNamespace),
    ...sources.ndctl.namespaces.map((listed) => listed.name),
    ...[...sources.iomem.named.keys()].filter(isNamespace),
  ]);
  const names = [...all].filter((name) => !isEmpty(name, sources));
  const counts = new Map<string, number>();
  for (const name of names) counts.set(regionName(name), (counts.get(regionName(name)) ?? 0) + 1);
  const ranges: DeviceRange[] = [];
  const unplaced: UnplacedDevice[] = [];
  for (const name of names) {
    const region = regions.get(regionName(name)) ?? null;
    const onlyOfRegion = counts.get(regionName(name)) === 1;
    const joined = joinNamespace(gatherNamespace(name, region, onlyOfRegion, sources, kernel), log);
    if ('missing' in joined) unplaced.push(joined);
    else ranges.push(joined);
  }
  return { ranges, unplaced, names: new Set(names) };
}

/** libnvdimm names a namespace after its region's number (drivers/nvdimm/namespace_devs.c). */
export function regionName(namespace: string): string {
  return `region${/\d+/.exec(namespace)?.[0] ?? ''}`;
}

/** A seed: an empty namespace that waits to be given a size. */
function isEmpty(name: string, { nd, ndctl, iomem }: DeviceSources): boolean {
  if (iomem.named.has(name)) return false;
  const size = sysfsNumber(nd.devices.get(name), 'size') ?? bestListed(name, ndctl.namespaces)?.size?.exact;
  return size === 0;
}

function joinNamespace(sources: NamespaceSources, log: DiagnosticLog): DeviceRange | UnplacedDevice {
  const { name, claim, listed, refused, dax, entry } = sources;
  const region = regionName(name);
  const evidence = new Evidence(name, log);
  const mode = refused === null ? evidence.settle('mode', modeFacts(sources)) : modeOfRefused(refused, evidence);
  const provider = sources.region?.provider ?? (entry === undefined ? 'unknown' : providerOfEntry(entry));
  const usable = settleUsable(sources, mode, evidence);
  const start = settleStart(sources, evidence);
  if (start === null) {
    return { name, region, provider, missing: [`start of ${name}: nd-sysfs resource, or iomem, read as root`] };
  }
  const extent = settleSize(sources, mode, start, usable, evidence);
  if (extent === null) return { name, region, provider, missing: [`size of ${name}: nd-sysfs size`] };
  const state = evidence.settle('state', stateFacts(sources));
  const formatted = settleFormatted(sources, mode, state, evidence);
  const isDevdax = mode === 'devdax';
  const daxState = isDevdax ? evidence.settle('daxDevice', dax.states) : null;
  if (isDevdax && state === 'enabled' && daxState === 'disabled') {
    log.warning(null, `${name} is enabled, but ${dax.name} has no driver: the namespace offers no device`);
  }
  const isKmem = isDevdax && evidence.settle('kmem', dax.isKmem) === true;
  const block = formatted === true ? infoBlockClues(sources, usable) : null;
  // ndctl shows what an enabled fsdax or devdax namespace offers, and all of any other.
  const isWhole = extent.exact && (mode === 'raw' || listed?.enabled === false);
  checkRounded(name, listed?.size ?? null, usable ?? (isWhole ? extent.size : null), log);
  return {
    name,
    region,
    start,
    size: extent.size,
    sizeExact: extent.exact,
    provider,
    kind: 'namespace',
    mode: isKmem ? 'kmem' : mode,
    map: block === null ? null : evidence.settle('map', block.map),
    align: block === null ? null : evidence.settle('align', block.align),
    uuid: evidence.settle('uuid', [
      ...fact(claim?.device.attributes.get('uuid')?.toLowerCase(), `nd-sysfs ${claim?.device.name}/uuid`),
      ...fact(listed?.uuid, 'ndctl uuid'),
    ]),
    state,
    formatted,
    infoBlock: block === null ? null : observeInfoBlock(name, block, log),
    daxDevice: isDevdax ? { name: dax.name, state: daxState } : null,
    numaNode: nodeOf(sources.sysfs, 'numa_node') ?? listed?.numaNode ?? sources.region?.numaNode ?? null,
    targetNode: nodeOf(sources.sysfs, 'target_node') ?? listed?.targetNode ?? sources.region?.targetNode ?? null,
    evidence: evidence.sources,
  };
}
