import type { DeviceRange, HostFacts, UnplacedDevice } from '@altmap/kernel-data';

export interface RangesOf {
  readonly ranges: readonly DeviceRange[];
  /** Device memory that the host has, but whose place or size no part of the report tells. */
  readonly unplaced: readonly UnplacedDevice[];
}

/** The device memory of a host that can be judged, and what cannot. */
export function rangesOf({ namespaces, unplaced }: HostFacts): RangesOf {
  // A CXL window is an address space, not memory: its regions are what can be judged.
  const memory = namespaces.filter((range) => range.kind !== 'cxl-window');
  const vague = memory
    .filter((range) => !range.sizeExact)
    .map(({ name, region, provider }) => ({ name, region, provider, missing: [`the size of ${name} (ndctl list)`] }));
  return { ranges: memory.filter((range) => range.sizeExact), unplaced: [...unplaced, ...vague] };
}
