import type { PlugResult } from '@altmap/vmemmap';

/** Columns of a device range, named as in DeviceRange. */
export const DEVICE_RANGE_COLUMNS = [
  'device_range.name',
  'device_range.region',
  'device_range.start',
  'device_range.size',
  'device_range.provider',
  'device_range.mode',
  'device_range.map',
  'device_range.align',
] as const;

/** Columns of a verdict beside its result, named as in Verdict. */
export const VERDICT_COLUMNS = [
  'verdict.basis',
  'verdict.page_size as pageSize',
  'verdict.question',
  'verdict.mode',
  'verdict.align',
  'verdict.sentence',
] as const;

/** Trusted without a second look: only our engine writes it, and the version of its form is the set's engine version. */
export function resultOf(stored: unknown): PlugResult {
  return stored as PlugResult;
}
