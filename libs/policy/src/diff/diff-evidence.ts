import { type DeviceRange, type HostFacts, type MemoryMap, readHost, walkMap } from '@altmap/kernel-data';
import type { Evidence, Said } from '../host-case.ts';
import { diffConfigs, type SymbolChange } from './diff-configs.ts';

export interface Change<T> {
  readonly before: T;
  readonly after: T;
}

/** An entry of /proc/iomem that only one side has. Bytes. */
export interface MemoryChange {
  readonly change: 'added' | 'removed';
  readonly start: number;
  readonly size: number;
  readonly name: string;
  /** The entries that hold it, the outermost first. */
  readonly within: readonly string[];
}

export interface DeviceChange {
  /** Kernel name of the range: namespace0.0, dax1.0. */
  readonly name: string;
  readonly change: 'added' | 'removed' | 'changed';
  /** What differs; where the range is on one side only, all that is known of it. */
  readonly fields: readonly ({ readonly field: DeviceField } & Change<string | number | null>)[];
}

/** Null stands for what one side or the other does not tell, so that nothing can be said. */
export interface ReportDiff {
  readonly release: Change<string> | null;
  /** Bytes. */
  readonly pageSize: Change<number | null> | null;
  /** `complete` is false where a config is a fragment: a symbol that is absent there may still be set. */
  readonly config: { readonly complete: Change<boolean>; readonly changes: readonly SymbolChange[] } | null;
  readonly memoryMap: readonly MemoryChange[] | null;
  readonly devices: readonly DeviceChange[];
}

const DEVICE_FIELDS = [
  'kind',
  'region',
  'start',
  'size',
  'provider',
  'mode',
  'map',
  'align',
  'uuid',
  'state',
] as const satisfies readonly (keyof DeviceRange)[];
type DeviceField = (typeof DEVICE_FIELDS)[number];

interface Side {
  readonly evidence: Evidence;
  readonly said: Said;
}

/** What differs between two reports: of one host at two times, or of two hosts. Pure; reads both sides' parts. */
export function diffEvidence(before: Side, after: Side): ReportDiff {
  const [a, b] = [factsOf(before), factsOf(after)];
  return {
    release: differing(before.said.release, after.said.release),
    pageSize: differing(a.pageSize, b.pageSize),
    config:
      a.config === null || b.config === null
        ? null
        : {
            complete: { before: a.config.complete, after: b.config.complete },
            changes: diffConfigs(a.config, b.config),
          },
    memoryMap: diffMaps(a.memoryMap, b.memoryMap),
    devices: diffDevices(a.namespaces, b.namespaces),
  };
}

/** True where nothing differs of what both sides tell. */
export function isSameReport({ release, pageSize, config, memoryMap, devices }: ReportDiff): boolean {
  const lists = [config?.changes ?? [], memoryMap ?? [], devices];
  return release === null && pageSize === null && lists.every((list) => list.length === 0);
}

function factsOf({ evidence, said: { release, pageSize } }: Side): HostFacts {
  return readHost(evidence, { release, ...(pageSize === null ? {} : { pageSize }) });
}

function differing<T>(before: T, after: T): Change<T> | null {
  return before === after ? null : { before, after };
}

function diffMaps(before: MemoryMap | null, after: MemoryMap | null): readonly MemoryChange[] | null {
  if (before === null || after === null || before.zeroed || after.zeroed) return null;
  const [a, b] = [entriesOf(before, 'removed'), entriesOf(after, 'added')];
  const only = (one: typeof a, other: typeof a) =>
    [...one].filter(([key]) => !other.has(key)).map(([, entry]) => entry);
  return [...only(a, b), ...only(b, a)].sort(
    (x, y) => x.start - y.start || y.size - x.size || x.within.length - y.within.length,
  );
}

function entriesOf({ entries }: MemoryMap, change: MemoryChange['change']): Map<string, MemoryChange> {
  const placed = new Map<string, MemoryChange>();
  for (const { entry, parents } of walkMap(entries)) {
    const { start, size, name } = entry;
    const within = parents.map((parent) => parent.name);
    placed.set(JSON.stringify([start, size, name, within]), { change, start, size, name, within });
  }
  return placed;
}

function diffDevices(before: readonly DeviceRange[], after: readonly DeviceRange[]): readonly DeviceChange[] {
  const [a, b] = [byName(before), byName(after)];
  const changes: DeviceChange[] = [];
  for (const name of [...new Set([...a.keys(), ...b.keys()])].sort()) {
    const [one, other] = [a.get(name), b.get(name)];
    const fields = DEVICE_FIELDS.flatMap((field) => {
      const change = differing(one?.[field] ?? null, other?.[field] ?? null);
      return change === null ? [] : [{ field, ...change }];
    });
    if (fields.length === 0) continue;
    changes.push({ name, change: one === undefined ? 'added' : other === undefined ? 'removed' : 'changed', fields });
  }
  return changes;
}

function byName(ranges: readonly DeviceRange[]): Map<string, DeviceRange> {
  return new Map(ranges.map((range) => [range.name, range]));
}
