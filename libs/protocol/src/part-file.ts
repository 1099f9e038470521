import type { PartKind } from './manifest.ts';

/**
 * What a captured file is, by its path inside a capture: the flat names that a collector writes, and the places where a copied
 * /proc, /boot or /etc has them. Of several files of one kind the earlier pattern wins: `ndctl list` in bytes (-i lists
 * idle namespaces too) is better than in human units.
 */
const PART_FILES: readonly (readonly [PartKind, RegExp])[] = [
  ['config', /^(config|kernel-config|\.config)$/],
  ['config', /^proc\/config$/],
  ['config', /^(boot\/)?config-[^/]+$/],
  ['config', /^(usr\/)?lib\/modules\/[^/]+\/config$/],
  ['config', /^[^/]+\.config$/],
  ['iomem', /^(proc\/)?iomem$/],
  ['cmdline', /^(proc\/)?cmdline$/],
  ['version', /^(proc\/)?version$/],
  ['meminfo', /^(proc\/)?meminfo$/],
  ['zoneinfo', /^(proc\/)?zoneinfo$/],
  ['memory-sysfs', /^memory-sysfs$/],
  ['memory-hotplug', /^memory[_-]hotplug(-params)?$/],
  ['nd-sysfs', /^nd-sysfs$/],
  ['dax-sysfs', /^dax-sysfs$/],
  ['ndctl', /^ndctl(\.json)?$/],
  ['ndctl', /^ndctl-list-[A-Za-tv-z]+\.json$/],
  ['ndctl', /^ndctl[^/]*\.json$/],
  ['daxctl', /^daxctl(\.json)?$/],
  ['daxctl', /^daxctl[^/]*\.json$/],
  ['dmesg', /^dmesg(\.txt)?$/],
  ['os-release', /^(etc\/|usr\/lib\/)?os-release$/],
];

/** `rank` is lower for the better file of a kind. `path` has "/" between its parts; .gz and .zst endings do not matter. */
export function partFile(path: string): { kind: PartKind; rank: number } | null {
  const bare = path.replace(/\.(gz|zst)$/, '');
  const rank = PART_FILES.findIndex(([, pattern]) => pattern.test(bare));
  const found = PART_FILES[rank];
  return found === undefined ? null : { kind: found[0], rank };
}
