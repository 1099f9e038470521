import type { DeviceRange, UnplacedDevice } from './device-range.ts';
import type { DiagnosticLog } from '../text/diagnostic.ts';
import { Evidence, fact } from './facts.ts';
import { holdsSystemRam } from './iomem-devices.ts';
import { checkRounded, type DeviceSources, nodeOf } from './join-regions.ts';
import { boundState } from './namespace-clues.ts';
import { sysfsNumber } from './parse-sysfs.ts';
import { providerOfEntry } from './provider.ts';

/** What an `UnplacedDevice` or a range outside libnvdimm has in common with all others of its kind. */
export const NO_BLOCK = { map: null, uuid: null, formatted: false, infoBlock: null, daxDevice: null } as const;

/**
 * Dax devices that belong to no namespace: soft-reserved memory (dax_hmem) and volatile CXL regions. `owned` are the
 * namespaces: daxX.Y is the device of namespaceX.Y.
 */
export function joinDaxDevices(
  sources: DeviceSources,
  owned: ReadonlySet<string>,
  log: DiagnosticLog,
): { readonly ranges: readonly DeviceRange[]; readonly unplaced: readonly UnplacedDevice[] } {
  const { dax, ndctl, daxctl, iomem } = sources;
  const names = new Set([
    ...dax.devices.keys(),
    ...[...iomem.named.keys()].filter((name) => name.startsWith('dax')),
    ...[...ndctl.daxDevices, ...daxctl.daxDevices].filter((d) => d.namespace === null).map((d) => d.name),
  ]);
  const ranges: DeviceRange[] = [];
  const unplaced: UnplacedDevice[] = [];
  for (const name of names) {
    if (!/^dax\d+\.\d+$/.test(name) || owned.has(name.replace('dax', 'namespace'))) continue;
    const joined = joinDaxDevice(name, sources, log);
    if (joined === null) continue;
    if ('missing' in joined) unplaced.push(joined);
    else ranges.push(joined);
  }
  return { ranges, unplaced };
}

/** Null for a device of size zero: a seed. */
function joinDaxDevice(name: string, sources: DeviceSources, log: DiagnosticLog): DeviceRange | UnplacedDevice | null {
  const sysfs = sources.dax.devices.get(name);
  const listed = [...sources.daxctl.daxDevices, ...sources.ndctl.daxDevices].filter((device) => device.name === name);
  const placed = sources.iomem.named.get(name);
  const evidence = new Evidence(name, log);
  const size = evidence.settle('size', [
    ...fact(sysfsNumber(sysfs, 'size'), `dax-sysfs ${name}/size`),
    ...listed.flatMap((device) => fact(device.size?.exact, `daxctl ${name}`)),
    ...fact(placed?.entry.size, `iomem ${name}`),
  ]);
  if (size === 0) return null;
  for (const device of listed) checkRounded(name, device.size, size, log);
  const resource = sysfsNumber(sysfs, 'resource');
  const start = evidence.settle('start', [
    ...fact(resource === 0 ? null : resource, `dax-sysfs ${name}/resource`),
    ...listed.flatMap((device) => fact(device.start, `daxctl ${name}`)),
    ...fact(placed?.entry.start, `iomem ${name}`),
  ]);
  const provider = placed === undefined ? 'unknown' : providerOfEntry(placed);
  if (start === null || size === null) {
    const what = start === null ? 'start' : 'size';
    return { name, region: null, provider, missing: [`${what} of ${name}: dax-sysfs, or iomem, read as root`] };
  }
  // Device and namespace are told apart by the sources that show namespaces; with none of them it may be the data of one.
  if (placed === undefined && !showsNamespaces(sources)) {
    return {
      name,
      region: null,
      provider,
      missing: [`whether ${name} belongs to a namespace: nd-sysfs, ndctl or iomem`],
    };
  }
  const isKmem =
    sysfs?.uevent.get('DRIVER') === 'kmem' ||
    listed.some((device) => device.mode === 'system-ram') ||
    (placed !== undefined && holdsSystemRam(placed.entry));
  return {
    ...NO_BLOCK,
    name,
    region: placed?.parents.findLast((parent) => /^region\d+$/.test(parent.name))?.name ?? null,
    start,
    size,
    sizeExact: true,
    provider,
    kind: isKmem ? 'kmem' : 'dax',
    mode: isKmem ? 'kmem' : 'devdax',
    align: evidence.settle('align', [
      ...fact(sysfsNumber(sysfs, 'align'), `dax-sysfs ${name}/align`),
      ...listed.flatMap((device) => fact(device.align, `daxctl ${name}`)),
    ]),
    state: evidence.settle('state', [
      ...fact(boundState(sysfs), `dax-sysfs ${name}/uevent`),
      ...listed.map((device) => ({
        value: device.enabled ? ('enabled' as const) : ('disabled' as const),
        source: 'daxctl',
      })),
      ...fact(placed === undefined ? null : ('enabled' as const), `iomem ${name}`),
    ]),
    numaNode: nodeOf(sysfs, 'numa_node'),
    targetNode: nodeOf(sysfs, 'target_node') ?? listed.find((device) => device.targetNode !== null)?.targetNode ?? null,
    evidence: evidence.sources,
  };
}

function showsNamespaces({ nd, ndctl, iomem }: DeviceSources): boolean {
  return nd.devices.size > 0 || ndctl.namespaces.length > 0 || ndctl.regions.length > 0 || iomem.named.size > 0;
}
