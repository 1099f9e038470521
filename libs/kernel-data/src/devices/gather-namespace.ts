import type { ListedInfoBlock, ListedNamespace } from './device-listing.ts';
import { type Fact, fact } from './facts.ts';
import { holdsSystemRam } from './iomem-devices.ts';
import type { DeviceSources, JoinedRegion } from './join-regions.ts';
import type { PlacedEntry } from '../iomem/memory-map.ts';
import {
  boundState,
  type Claim,
  claimOf,
  daxEntryOf,
  npfnsOf,
  type RefusedBlock,
  type RegionEvents,
  refusedBlock,
} from './namespace-clues.ts';
import type { PageSize } from '../memory/page-size.ts';
import type { ParsedConfig } from '../config/parse-config.ts';
import type { SysfsDevice } from './parse-sysfs.ts';

/** What beside the device sources helps to tell what lies on the medium: all of the running kernel, null where unknown. */
export interface KernelSources {
  readonly config: ParsedConfig | null;
  readonly pageSize: PageSize | null;
  readonly events: RegionEvents;
}

/** Everything that the sources say about one namespace. */
export interface NamespaceSources {
  readonly name: string;
  /** Region of the same number; null where no source shows it. */
  readonly region: JoinedRegion | null;
  readonly kernel: KernelSources;
  /** The namespace is all of its region: it has no labels that could split it. */
  readonly wholeRegion: boolean;
  readonly sysfs: SysfsDevice | undefined;
  readonly claim: Claim | null;
  readonly listed: ListedNamespace | undefined;
  readonly entry: PlacedEntry | undefined;
  readonly refused: RefusedBlock | null;
  readonly npfns: readonly Fact<number>[];
  readonly read: readonly ListedInfoBlock[];
  readonly dax: DaxSources;
}

/** The dax device of a devdax namespace: daxX.Y of namespaceX.Y (drivers/dax/pmem.c). */
interface DaxSources {
  readonly name: string;
  readonly entry: PlacedEntry | null;
  readonly states: readonly Fact<'enabled' | 'disabled'>[];
  readonly isKmem: readonly Fact<true>[];
}

export function gatherNamespace(
  name: string,
  region: JoinedRegion | null,
  onlyOfRegion: boolean,
  sources: DeviceSources,
  kernel: KernelSources,
): NamespaceSources {
  const sysfs = sources.nd.devices.get(name);
  const claim = claimOf(name, sources.nd);
  const listed = bestListed(name, sources.ndctl.namespaces);
  // Regions of of_pmem and virtio_pmem have no labels; elsewhere nstype 4 (ND_DEVICE_NAMESPACE_IO) says the same.
  const unlabelled = region?.provider === 'of' || region?.provider === 'virtio';
  const isDown = claim === null && boundState(sysfs) !== 'enabled' && !sources.iomem.named.has(name);
  return {
    name,
    region,
    kernel,
    wholeRegion: sysfs?.attributes.get('nstype') === '4' || (unlabelled && onlyOfRegion),
    sysfs,
    claim,
    listed,
    entry: sources.iomem.named.get(name),
    refused: isDown ? refusedBlock(name, onlyOfRegion, kernel.events) : null,
    npfns: claim === null ? [] : npfnsOf(claim, kernel.events),
    read: sources.ndctl.infoBlocks.filter((block) => block.namespace === name),
    dax: gatherDax(name.replace('namespace', 'dax'), daxEntryOf(name, sources.iomem), sources),
  };
}

function gatherDax(name: string, entry: PlacedEntry | null, { dax, ndctl, daxctl }: DeviceSources): DaxSources {
  const sysfs = dax.devices.get(name);
  const own = [...ndctl.daxDevices, ...daxctl.daxDevices].filter((device) => device.name === name);
  const isKmem =
    sysfs?.uevent.get('DRIVER') === 'kmem' ||
    own.some((device) => device.mode === 'system-ram') ||
    (entry !== null && holdsSystemRam(entry.entry));
  return {
    name,
    entry,
    states: [
      ...fact(boundState(sysfs), 'dax-sysfs uevent'),
      ...own.map((device) => ({
        value: device.enabled ? ('enabled' as const) : ('disabled' as const),
        source: 'daxctl state',
      })),
      ...fact(entry === null ? null : ('enabled' as const), `iomem ${name}`),
    ],
    isKmem: isKmem ? [{ value: true, source: `${name} is bound to kmem` }] : [],
  };
}

/** Output that holds a namespace twice (with -u and without): the exact one. */
export function bestListed(name: string, all: readonly ListedNamespace[]): ListedNamespace | undefined {
  const own = all.filter((listed) => listed.name === name);
  return own.find((listed) => listed.size?.exact !== null && listed.size !== null) ?? own[0];
}
