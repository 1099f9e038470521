import type { Draft, Ending } from './draft.ts';
import { compareVersions } from './release.ts';

const ENXIO = 6;
const ENODEV = 19;

/**
 * The driver core's own line about a probe that failed (drivers/base/dd.c); it keeps silent about ENODEV and ENXIO. The
 * wording changed in v6.10.
 */
export function probeMessage(draft: Draft, ending: Ending): string | null {
  const { errno } = ending;
  if (errno === undefined || errno === null || errno === ENXIO || errno === ENODEV) return null;
  const { driver, device } = probed(draft, ending);
  return compareVersions(draft.kernel.version, [6, 10]) >= 0
    ? `${driver} ${device}: probe with driver ${driver} failed with error -${errno}`
    : `${driver}: probe of ${device} failed with error -${errno}`;
}

function probed({ request, names }: Draft, { stage }: Ending): { readonly driver: string; readonly device: string } {
  if (stage === 'boot-probe' || request.mode === 'raw') return { driver: 'nd_pmem', device: names.namespace };
  if (stage === 'dax-child') return { driver: 'device_dax', device: names.dax };
  if (stage === 'kmem') return { driver: 'kmem', device: names.dax };
  if (request.mode === 'fsdax') return { driver: 'nd_pmem', device: names.pfn };
  return { driver: 'dax_pmem', device: names.dax };
}
