import type { ListedNamespace } from './device-listing.ts';
import { type Fact, fact } from './facts.ts';
import { endOf, type IomemDevices } from './iomem-devices.ts';
import type { KernelEventCode } from '../kernel/kernel-events.ts';
import type { PlacedEntry } from '../iomem/memory-map.ts';
import type { KernelEvent } from '../kernel/parse-dmesg.ts';
import { type SysfsBus, type SysfsDevice, sysfsNumber } from './parse-sysfs.ts';

/** What holds a namespace: a pfn (fsdax), dax (devdax) or btt (sector) device. */
export interface Claim {
  readonly device: SysfsDevice;
  readonly kind: 'pfn' | 'dax' | 'btt';
}

export function claimOf(name: string, nd: SysfsBus): Claim | null {
  const holder = nd.devices.get(name)?.attributes.get('holder');
  const device =
    nd.devices.get(holder ?? '') ??
    [...nd.devices.values()].find((other) => other.attributes.get('namespace') === name);
  const kind = /^(pfn|dax|btt)/.exec(device?.name ?? '')?.[1];
  return device !== undefined && (kind === 'pfn' || kind === 'dax' || kind === 'btt') ? { device, kind } : null;
}

/** Enabled where a driver holds the device; null where its uevent was not read. */
export function boundState(device: SysfsDevice | undefined): 'enabled' | 'disabled' | null {
  if (device === undefined || device.uevent.size === 0) return null;
  return device.uevent.has('DRIVER') ? 'enabled' : 'disabled';
}

/** What a namespace holds, as its own sources call it. A raw one with struct pages has mode "memory" in sysfs too. */
export type NamespaceMode = 'fsdax' | 'devdax' | 'raw' | 'sector';

const MODE_OF_CLAIM = { pfn: 'fsdax', dax: 'devdax', btt: 'sector' } as const;

export function modeBySysfs(namespace: SysfsDevice | undefined, claim: Claim | null): readonly Fact<NamespaceMode>[] {
  if (claim !== null) return [{ value: MODE_OF_CLAIM[claim.kind], source: `nd-sysfs ${claim.device.name}` }];
  const mode = namespace?.attributes.get('mode');
  // Without a holder "memory" means raw with struct pages (nd_is_pfn and friends are false, pmem_should_map_pages true).
  return mode === 'raw' || mode === 'memory' ? [{ value: 'raw', source: `nd-sysfs mode ${mode} without holder` }] : [];
}

/** ndctl shows a raw namespace with struct pages as fsdax with map=mem; only a formatted one has a uuid. */
export function modeByNdctl(listed: ListedNamespace): readonly Fact<NamespaceMode>[] {
  const { mode, uuid, align } = listed;
  if (mode === 'sector' || mode === 'safe') return [{ value: 'sector', source: 'ndctl mode' }];
  if (mode === 'devdax' || mode === 'dax') return [{ value: 'devdax', source: 'ndctl mode' }];
  if (mode === 'raw') return [{ value: 'raw', source: 'ndctl mode' }];
  if (mode !== 'fsdax' && mode !== 'memory') return [];
  return uuid === null && align === null
    ? [{ value: 'raw', source: `ndctl mode ${mode} without uuid` }]
    : [{ value: 'fsdax', source: 'ndctl mode' }];
}

/** The two entries of a devdax namespace in /proc/iomem: its metadata, and right behind it the device's data. */
export function daxEntryOf(name: string, iomem: IomemDevices): PlacedEntry | null {
  const own = iomem.named.get(name);
  const dax = iomem.named.get(name.replace('namespace', 'dax'));
  return own !== undefined && dax !== undefined && dax.entry.start >= endOf(own.entry) ? dax : null;
}

/** What the log says of a block that kept a namespace from coming up; only the last boot's last word counts. */
export interface RefusedBlock {
  readonly signature: 'pfn' | 'dax';
  readonly pageSize: number | null;
  readonly align: number | null;
  readonly source: string;
}

/** What nd_pfn_validate says of a block that it refuses. */
const REFUSALS: ReadonlySet<KernelEventCode> = new Set([
  'page-size-mismatch',
  'struct-page-size-mismatch',
  'align-mismatch',
  'settings-mismatch',
  'align-exceeds-capacity',
  'memmap-exceeds-capacity',
  'bad-offset',
  'resource-misaligned',
] as const);

/** Events by the number of the region that their device belongs to: pfn2.0, dax2.1 and namespace2.0 are of region 2. */
export type RegionEvents = ReadonlyMap<string, readonly KernelEvent[]>;

export function groupByRegion(events: readonly KernelEvent[]): RegionEvents {
  const groups = new Map<string, KernelEvent[]>();
  for (const event of events) {
    if (event.device === null) continue;
    const region = regionNumber(event.device);
    const group = groups.get(region);
    if (group === undefined) groups.set(region, [event]);
    else group.push(event);
  }
  return groups;
}

function regionNumber(device: string): string {
  return /\d+/.exec(device)?.[0] ?? '';
}

/**
 * A line about pfn0.0 or dax0.1 is about the namespace of region 0, if it has but one. The probe of the namespace has to have
 * failed after it with EOPNOTSUPP, which is how a block that was found and refused ends.
 */
export function refusedBlock(name: string, onlyOfRegion: boolean, events: RegionEvents): RefusedBlock | null {
  if (!onlyOfRegion) return null;
  const own = events.get(regionNumber(name)) ?? [];
  const last = own.findLast((event) => event.code === 'probe-failed' && event.device === name);
  if (last === undefined || last.numbers['errno'] !== EOPNOTSUPP) return null;
  const refusal = own.findLast(
    (event) => REFUSALS.has(event.code) && event.line <= last.line && /^(?:pfn|dax)/.test(event.device ?? ''),
  );
  if (refusal === undefined) return null;
  return {
    signature: refusal.device?.startsWith('pfn') === true ? 'pfn' : 'dax',
    pageSize: refusal.numbers['pageSize'] ?? null,
    align: refusal.numbers['align'] ?? null,
    source: `dmesg line ${refusal.line}: "${refusal.message}"`,
  };
}

const EOPNOTSUPP = 95;

/** Number of pfns in the block of the device that claims a namespace, where the kernel has said that it has too many. */
export function npfnsOf(claim: Claim, events: RegionEvents): readonly Fact<number>[] {
  const { name } = claim.device;
  const own = events.get(regionNumber(name)) ?? [];
  const event = own.findLast((other) => other.code === 'pfns-truncated' && other.device === name);
  return fact(event?.numbers['from'], `dmesg line ${event?.line}`);
}

/** Offset of the data, and what is cut off behind it: resource and size of the claim against those of the namespace. */
export function layoutOf(
  namespace: SysfsDevice | undefined,
  claim: Claim,
): { readonly dataoff: readonly Fact<number>[]; readonly endTrunc: readonly Fact<number>[] } {
  const start = sysfsNumber(namespace, 'resource');
  const size = sysfsNumber(namespace, 'size');
  const dataStart = sysfsNumber(claim.device, 'resource');
  const dataSize = sysfsNumber(claim.device, 'size');
  if (start === null || dataStart === null || start === 0 || dataStart < start) return { dataoff: [], endTrunc: [] };
  // start_pad would be in it too; blocks made since 5.3 have none.
  const source = `nd-sysfs resource of ${claim.device.name} less that of the namespace`;
  const dataoff = fact(dataStart - start, source);
  const cut = size === null || dataSize === null ? null : start + size - dataStart - dataSize;
  return { dataoff, endTrunc: cut === null || cut < 0 ? [] : fact(cut, `nd-sysfs end of ${claim.device.name}`) };
}
