import type { KernelRelease } from './types.ts';

export type Version = readonly [major: number, minor: number];

export function compareVersions(a: Version, b: Version): number {
  return a[0] - b[0] || a[1] - b[1];
}

/**
 * Where a kernel's source comes from, as far as its release string tells.
 * upstream: kernel.org, possibly with a local name. distribution: kernel.org's stable tree with few changes (Debian,
 * Fedora). vendor: features are carried back to older bases (RHEL, SUSE, Ubuntu, openEuler ...) or the origin is not known.
 */
export type Tree = 'upstream' | 'distribution' | 'vendor';

const DISTRIBUTION = /^(\+(deb|bpo)[\w.~]*)?(-\d+)?-(cloud-|rt-)?arm64(-16k|-64k|-rt)?(-unsigned)?$|\.fc\d+\./;
const VENDOR =
  /\.el\d|\.oe\d|\.oe\b|uek|\.amzn|-generic|-lowlatency|-aws|-azure|-gcp|-oracle|-nvidia|-raspi|-tegra|-default|-64kb|-preempt|\.an\d|\.tl\d|\.ky\d|\.uel|android/;

export function treeOf(release: KernelRelease): Tree {
  if (VENDOR.test(release.suffix)) return 'vendor';
  if (DISTRIBUTION.test(release.suffix)) return 'distribution';
  if (release.suffix === '' || release.suffix === '+' || release.rc !== null) return 'upstream';
  return release.patch !== null && release.patch > 0 ? 'upstream' : 'vendor';
}

/**
 * The stable patch level that the release string proves; null where it hides it. A distribution that writes 6.1.0-50-arm64
 * says nothing about the level (that kernel is 6.1.192).
 */
export function stableLevelOf(release: KernelRelease): number | null {
  if (release.rc !== null) return null;
  const level = release.patch ?? 0;
  if (level > 0) return level;
  return treeOf(release) === 'upstream' ? 0 : null;
}
