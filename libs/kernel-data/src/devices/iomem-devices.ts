import { MAX_DEVICES } from '../text/limits.ts';
import type { MapEntry, MemoryMap, PlacedEntry } from '../iomem/memory-map.ts';
import { walkMap } from '../iomem/memory-map.ts';

/** The entries of a memory map that are device memory, by what they are. */
export interface IomemDevices {
  /** namespaceX.Y, daxX.Y: entries that carry the name of their device. Names that stand twice are left out. */
  readonly named: ReadonlyMap<string, PlacedEntry>;
  /** "Persistent Memory", "Persistent Memory (legacy)", "Soft Reserved", "CXL Window N", and CXL's regionN; outer ones first. */
  readonly ranges: readonly PlacedEntry[];
}

const NAMED = /^(?:namespace|dax)\d+\.\d+$/;
const RANGE = /^(?:Persistent Memory(?: \(legacy\))?|Soft Reserved|CXL Window \d+|region\d+)$/;

/** A map that was read without root shows no device. */
export function findDevices(map: MemoryMap | null): IomemDevices {
  const named = new Map<string, PlacedEntry>();
  const twice = new Set<string>();
  const ranges: PlacedEntry[] = [];
  if (map === null || map.zeroed) return { named, ranges };
  for (const placed of walkMap(map.entries)) {
    const { name } = placed.entry;
    if (named.size >= MAX_DEVICES || ranges.length >= MAX_DEVICES) break;
    if (RANGE.test(name)) ranges.push(placed);
    if (!NAMED.test(name)) continue;
    if (named.has(name)) twice.add(name);
    named.set(name, placed);
  }
  for (const name of twice) named.delete(name);
  return { named, ranges };
}

/** One past the last byte. */
export function endOf(range: { readonly start: number; readonly size: number }): number {
  return range.start + range.size;
}

export function contains(
  outer: { readonly start: number; readonly size: number },
  inner: { readonly start: number; readonly size: number },
): boolean {
  return outer.start <= inner.start && endOf(inner) <= endOf(outer);
}

/** System RAM of a kmem device: "System RAM (kmem)" since 5.8, plain "System RAM" before. */
export function holdsSystemRam(entry: MapEntry): boolean {
  return entry.children.some((child) => child.name.startsWith('System RAM'));
}
