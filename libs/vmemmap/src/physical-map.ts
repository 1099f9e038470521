import { endOf } from './align.ts';
import { BootMemory } from './boot-memory.ts';
import { IntervalSet } from './interval-set.ts';
import { RangeIndex } from './range-index.ts';
import type { MapEntry, MemoryMap, Range } from './types.ts';

/** A piece of /proc/iomem that a driver or the kernel has claimed: nobody else can. */
export interface Claim extends Range {
  readonly name: string;
  readonly kind: 'ram' | 'namespace' | 'dax' | 'device';
}

/** /proc/iomem, read for what memory hotplug asks of it. */
export interface PhysicalMap {
  /** Boot RAM ("System RAM" at any depth). */
  readonly ram: readonly Range[];
  /** Memory that firmware describes but the kernel does not map: top-level "reserved" (NOMAP). Memblock memory all the same. */
  readonly nomap: RangeIndex<Range>;
  /** Both together. */
  readonly boot: BootMemory;
  /** RAM that was hot-added ("System RAM (kmem)" and the like). */
  readonly hotplugged: IntervalSet;
  readonly claims: RangeIndex<Claim>;
  /** Bytes of boot RAM that the kernel does not keep for itself; null where there is no RAM in the map. */
  readonly dramBytes: number | null;
}

/** Parents under which a driver may claim a range of its own: the resource itself is not busy. */
const OPEN_PARENT =
  /^(reserved|Soft Reserved|Persistent Memory( \(legacy\))?|CXL Window.*|region\d+|hmem\.\d+|dax_region|Unknown.*|PCI.*|.*:?pmem.*)$/i;
const KEPT_BY_KERNEL = /^(reserved|Kernel code|Kernel data|Kernel bss|Crash kernel)$/;

/** Reads a memory map once: hosts are judged many times over the same one. */
export function physicalMapOf(map: MemoryMap): PhysicalMap {
  const known = READ.get(map);
  if (known !== undefined) return known;
  const physical = readMap(map);
  READ.set(map, physical);
  return physical;
}

const READ = new WeakMap<MemoryMap, PhysicalMap>();

function readMap(map: MemoryMap): PhysicalMap {
  const ram: Range[] = [];
  const nomap: Range[] = [];
  const hotplugged: Range[] = [];
  const claims: Claim[] = [];
  let kept = 0;

  const visit = (entry: MapEntry, depth: number) => {
    const range = { start: entry.start, size: entry.size };
    if (entry.name === 'System RAM') {
      ram.push(range);
      claims.push({ ...range, name: entry.name, kind: 'ram' });
      kept += entry.children
        .filter((child) => KEPT_BY_KERNEL.test(child.name))
        .reduce((sum, child) => sum + child.size, 0);
      return;
    }
    if (entry.name.startsWith('System RAM')) {
      hotplugged.push(range);
      claims.push({ ...range, name: entry.name, kind: 'ram' });
    } else if (/^namespace\d/.test(entry.name)) claims.push({ ...range, name: entry.name, kind: 'namespace' });
    else if (/^dax\d/.test(entry.name)) claims.push({ ...range, name: entry.name, kind: 'dax' });
    else if (depth === 0 && entry.name === 'reserved') nomap.push(range);
    else if (entry.children.length === 0 && !OPEN_PARENT.test(entry.name))
      claims.push({ ...range, name: entry.name, kind: 'device' });
    for (const child of entry.children) visit(child, depth + 1);
  };
  for (const entry of map.entries) visit(entry, 0);

  const total = ram.reduce((sum, range) => sum + range.size, 0);
  return {
    ram,
    nomap: new RangeIndex(nomap),
    boot: new BootMemory([...ram, ...nomap]),
    hotplugged: new IntervalSet(hotplugged),
    claims: new RangeIndex(claims),
    dramBytes: total === 0 ? null : Math.max(0, total - kept),
  };
}

/** Claims that stand in the way of `range`: those of the range itself (its own namespace, its dax devices) do not. */
export function foreignClaims(physical: PhysicalMap, range: Range): readonly Claim[] {
  const own = (claim: Claim) => claim.kind !== 'ram' && claim.start >= range.start && endOf(claim) <= endOf(range);
  const claims = physical.claims.meeting(range);
  const ownDevices = new IntervalSet(claims.filter(own));
  return claims.filter((claim) => {
    const onOwnDevice = claim.kind === 'ram' && claim.name !== 'System RAM' && ownDevices.meets(claim);
    return !own(claim) && !onOwnDevice;
  });
}
