import type { FindingFact, Verdict } from '@altmap/policy';
import { type CheckReport, FORMAT_VERSION } from './check-report.ts';
import type { JudgedHost } from './judge-host.ts';

type Value = string | number | null;
type Column = readonly [
  name: string,
  ofVerdict: (verdict: Verdict, host: JudgedHost) => Value,
  ofFinding: (finding: FindingFact, host: JudgedHost) => Value,
];

const nothing = (): null => null;
const rangeOf = (verdict: Verdict, host: JudgedHost) =>
  host.assessment.ranges.find((range) => range.name === verdict.range);

const COLUMNS: readonly Column[] = [
  ['version', () => FORMAT_VERSION, () => FORMAT_VERSION],
  ['record', () => 'verdict', () => 'finding'],
  ['host', (_, host) => host.evidence.name, (_, host) => host.evidence.name],
  ['release', (_, host) => host.evidence.release, (_, host) => host.evidence.release],
  ['host_page_size', (_, host) => host.evidence.pageSize, (_, host) => host.evidence.pageSize],
  ['subject', (verdict) => verdict.range, (finding) => finding.subject],
  ['severity', nothing, (finding) => finding.severity],
  ['code', (verdict) => verdict.result.reason, (finding) => finding.code],
  ['start', (verdict, host) => rangeOf(verdict, host)?.start ?? null, nothing],
  ['size', (verdict, host) => rangeOf(verdict, host)?.size ?? null, nothing],
  ['provider', (verdict, host) => rangeOf(verdict, host)?.provider ?? null, nothing],
  ['basis', (verdict) => verdict.basis, nothing],
  ['page_size', (verdict) => verdict.pageSize, nothing],
  ['question', (verdict) => verdict.question, nothing],
  ['mode', (verdict) => verdict.mode, nothing],
  ['align', (verdict) => verdict.align, nothing],
  ['outcome', (verdict) => verdict.result.outcome, nothing],
  ['errno', (verdict) => verdict.result.errno, nothing],
  ['memmap_device_bytes', (verdict) => verdict.result.memmap?.deviceBytes ?? null, nothing],
  ['memmap_dram_bytes', (verdict) => verdict.result.memmap?.dramBytes ?? null, nothing],
  ['usable_bytes', (verdict) => verdict.result.usable?.size ?? null, nothing],
  ['lost_bytes', (verdict) => verdict.result.lostBytes, nothing],
  ['missing', (verdict) => verdict.result.missing.join(' '), nothing],
  ['text', (verdict) => verdict.sentence, (finding) => finding.summary],
];

/** RFC 4180: a header, then a row for each verdict and each finding. Sizes and addresses are numbers of bytes. */
export function toCsv({ hosts }: CheckReport): string {
  const rows: Value[][] = [COLUMNS.map(([name]) => name)];
  for (const host of hosts) {
    for (const verdict of host.assessment.verdicts) rows.push(COLUMNS.map(([, of]) => of(verdict, host)));
    for (const finding of host.findings) rows.push(COLUMNS.map(([, , of]) => of(finding, host)));
  }
  return rows.map((row) => `${row.map(field).join(',')}\r\n`).join('');
}

function field(value: Value): string {
  const text = value === null ? '' : String(value);
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
