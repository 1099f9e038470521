import type { PartKind } from '@altmap/protocol';

/** The first that fits counts, so those that others contain come last. */
const SIGNS: readonly (readonly [PartKind, RegExp])[] = [
  ['nd-sysfs', /^\/sys\/(?:bus\/nd\/devices|devices\/.*\/ndbus\d+)\/[^:\n]+:/m],
  ['dax-sysfs', /^\/sys\/bus\/dax\/devices\/[^:\n]+:/m],
  ['memory-sysfs', /^\/sys\/devices\/system\/memory\/[^:\n]+:/m],
  ['memory-hotplug', /^\/sys\/module\/memory_hotplug\/parameters\/[^:\n]+:/m],
  ['config', /^(?:CONFIG_[A-Za-z0-9_]+=|# CONFIG_[A-Za-z0-9_]+ is not set$)/m],
  ['zoneinfo', /^Node \d+, zone +\w/m],
  ['meminfo', /^MemTotal: +\d+ kB$/m],
  ['version', /^Linux version \S/],
  ['dmesg', /^(?:<\d+>)?\[ *(?:\d+\.\d{6}|\w{3} \w{3} .{16})\](?:\[ *[TC]\d+\])? /m],
  ['iomem', /^ *[0-9a-f]{8,16}-[0-9a-f]{8,16} : /m],
  ['os-release', /^ID="?[a-z0-9._-]+"?$/m],
  ['ndctl', /^\s*[[{][\s\S]*"(?:dev|provider|regions|namespaces)"\s*:/],
  ['daxctl', /^\s*[[{][\s\S]*"(?:chardev|path)"\s*:/],
];

/** Enough to tell: a config begins with some lines of comment, a log with some hundred lines of firmware tables. */
const PROBE_BYTES = 64 * 1024;

/** Which part of a report a text is, told by what is in it and not by its name; null for anything else. */
export function loosePart(content: Uint8Array): PartKind | null {
  const text = new TextDecoder().decode(content.subarray(0, PROBE_BYTES));
  return SIGNS.find(([, sign]) => sign.test(text))?.[0] ?? null;
}
