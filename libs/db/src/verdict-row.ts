import type { VerdictRemedy } from '@altmap/policy';
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

/** Columns of a verdict, named as in Verdict. */
export const VERDICT_COLUMNS = [
  'verdict.basis',
  'verdict.target',
  'verdict.page_size as pageSize',
  'verdict.question',
  'verdict.mode',
  'verdict.align',
  'verdict.sentence',
  'verdict.result',
  'verdict.remedies',
] as const;

/**
 * A row with its JSON columns typed. They are trusted without a second look: only our engine writes them, and the version of
 * their form is the set's engine version.
 */
export function answered<Row extends { result: unknown; remedies: unknown }>(
  row: Row,
): Omit<Row, 'result' | 'remedies'> & { result: PlugResult; remedies: readonly VerdictRemedy[] } {
  return { ...row, result: row.result as PlugResult, remedies: row.remedies as readonly VerdictRemedy[] };
}
