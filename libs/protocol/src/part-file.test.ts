import { expect, test } from 'vitest';
import { partFile } from './part-file.ts';

test.each([
  ['config.gz', 'config'],
  ['proc/config.gz', 'config'],
  ['boot/config-6.1.0-50-arm64', 'config'],
  ['lib/modules/6.1.0-50-arm64/config', 'config'],
  ['proc/iomem', 'iomem'],
  ['iomem', 'iomem'],
  ['memory_hotplug-params', 'memory-hotplug'],
  ['nd-sysfs', 'nd-sysfs'],
  ['ndctl-list-BRNDiv.json', 'ndctl'],
  ['daxctl-list.json', 'daxctl'],
  ['dmesg.gz', 'dmesg'],
  ['etc/os-release', 'os-release'],
])('%s is a %s', (path, kind) => {
  expect(partFile(path)?.kind).toBe(kind);
});

test.each(['host.json', 'pagesize', 'README.md', 'boot/vmlinuz-6.1.0', 'xconfig', 'deep/er/config', 'iomem.txt.orig'])(
  '%s is no part',
  (path) => {
    expect(partFile(path)).toBeNull();
  },
);

test('the list in bytes is better than the one in human units', () => {
  const rank = (path: string): number => partFile(path)?.rank ?? Number.NaN;
  expect(rank('ndctl-list-BRNDiv.json')).toBeLessThan(rank('ndctl-list-RNDuv.json'));
});
