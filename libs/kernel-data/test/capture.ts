import type { PartKind } from '../src/index.ts';
import { readShared } from './shared.ts';

/** Which file of a capture holds which part. */
const FILES: Readonly<Record<string, PartKind>> = {
  'config.gz': 'config',
  iomem: 'iomem',
  cmdline: 'cmdline',
  version: 'version',
  meminfo: 'meminfo',
  zoneinfo: 'zoneinfo',
  'memory-sysfs': 'memory-sysfs',
  'memory_hotplug-params': 'memory-hotplug',
  'nd-sysfs': 'nd-sysfs',
  'dax-sysfs': 'dax-sysfs',
  'ndctl-list-BRNDiv.json': 'ndctl',
  'daxctl-list.json': 'daxctl',
  dmesg: 'dmesg',
};

/** The parts of a recorded host. */
export function readCapture(name: string): ReadonlyMap<PartKind, string> {
  const parts = Object.entries(FILES).map(([file, kind]): [PartKind, string] => [
    kind,
    readShared(`ground-truth/captures/${name}/${file}`),
  ]);
  return new Map(parts);
}

/** `ndctl list` of the same host with rounded sizes. */
export function readHumanListing(name: string): string {
  return readShared(`ground-truth/captures/${name}/ndctl-list-RNDuv.json`);
}
