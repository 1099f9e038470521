import type { DeviceRange, Diagnostic, HostFacts, UnplacedDevice } from '@altmap/kernel-data';

/** No machine has as many; a crafted memory map could have thousands, each of them milliseconds of work. */
const MOST_RANGES = 512;

export interface RangesOf {
  readonly ranges: readonly DeviceRange[];
  /** Says so where ranges were left out. */
  readonly diagnostics: readonly Diagnostic[];
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
  const ranges = memory.filter((range) => range.sizeExact);
  const diagnostics: Diagnostic[] = [];
  if (ranges.length > MOST_RANGES)
    diagnostics.push({
      source: 'iomem',
      line: null,
      message: `${ranges.length} device ranges: those after ${ranges[MOST_RANGES - 1]?.name} are not judged`,
      expected: `at most ${MOST_RANGES} device ranges on one host`,
      severity: 'error',
    });
  return { ranges: ranges.slice(0, MOST_RANGES), diagnostics, unplaced: [...unplaced, ...vague] };
}
