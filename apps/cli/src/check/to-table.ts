import type { DeviceRange, Diagnostic, FindingFact, Verdict } from '@altmap/policy';
import type { Palette } from '../output/palette.ts';
import { type Cell, printable, table } from '../output/table.ts';
import { section } from '../output/section.ts';
import { formatBytes, formatPageSize } from '../output/units.ts';
import { rangePicture } from '../picture/range-picture.ts';
import { capabilityText } from './capabilities-of.ts';
import type { CheckReport } from './check-report.ts';
import { diagnosticMessage, diagnosticPlace } from './diagnostic-text.ts';
import type { JudgedHost } from './judge-host.ts';
import { QUESTION, remedyRows } from './remedy-rows.ts';
import { traceLines } from './trace-lines.ts';

export interface TableLook {
  readonly palette: Palette;
  /** Characters in a line; null where it is no terminal. */
  readonly columns: number | null;
}

const HEADER = ['RANGE', 'SIZE', 'NOW', 'PAGES', 'QUESTION', 'OUTCOME', 'ON DEVICE', 'IN DRAM', 'USABLE', 'REASON'];

/** For people: each host with its ranges, findings and what could not be read. */
export function toTable(report: CheckReport, look: TableLook): string {
  return `${report.hosts.map((host) => hostText(host, report, look)).join('\n')}${summary(report)}`;
}

function hostText(host: JudgedHost, report: CheckReport, look: TableLook): string {
  const { evidence, capabilities, assessment, findings, diagnostics } = host;
  const { palette, columns } = look;
  const remarks = diagnostics.filter(({ severity }) => report.trace || severity !== 'info');
  const pages = evidence.pageSize === null ? 'page size not said' : `${formatPageSize(evidence.pageSize)} pages`;
  const path = evidence.path === evidence.name ? '' : `  ${palette.dim(printable(evidence.path))}`;
  const title = `${palette.title(printable(evidence.name))}  ${printable(evidence.release)}, ${pages}${path}\n`;
  const none = '  No device range in this evidence.\n';
  return [
    title,
    capabilities.length === 0 ? '' : `  ${palette.dim(capabilities.map(capabilityText).join('; '))}\n`,
    assessment.ranges.length === 0 ? none : table(verdictRows(host, palette), columns),
    ...(report.picture ? assessment.ranges.map((range) => pictureText(range, host, look)) : []),
    ...(report.trace ? assessment.verdicts.map((verdict) => traceText(verdict, look)) : []),
    section(
      'Findings',
      findings.map((finding) => findingRow(finding, palette)),
      look,
    ),
    section('What helps', remedyRows(failing(host), palette), look),
    section(
      'Remarks on the input',
      remarks.map((each) => diagnosticRow(host, each, palette)),
      look,
    ),
  ].join('');
}

function verdictRows(host: JudgedHost, palette: Palette): Cell[][] {
  const rows: Cell[][] = [HEADER.map((text, i) => ({ text, style: palette.dim, alignRight: isNumber(i) }))];
  for (const range of host.assessment.ranges) {
    const shown = verdictsOf(range, host);
    shown.forEach((verdict, i) => {
      rows.push(verdictRow(range, verdict, shown[i - 1], palette));
    });
  }
  return rows;
}

/** What-if for the page size that the host has anyway says the same again. */
function verdictsOf(range: DeviceRange, { assessment, evidence }: JudgedHost): Verdict[] {
  return assessment.verdicts.filter(
    (verdict) => verdict.range === range.name && (verdict.basis === 'own' || verdict.pageSize !== evidence.pageSize),
  );
}

function pictureText(range: DeviceRange, host: JudgedHost, { palette, columns }: TableLook): string {
  return verdictsOf(range, host)
    .filter((verdict) => verdict.result.layout.length > 0)
    .map((verdict) => `${palette.dim(verdictTitle(verdict))}\n${rangePicture(verdict.result, columns ?? 100)}`)
    .join('');
}

/** What stands in the row above is not said again. */
function verdictRow(range: DeviceRange, verdict: Verdict, before: Verdict | undefined, palette: Palette): Cell[] {
  const { result } = verdict;
  const samePages = before?.pageSize === verdict.pageSize && before.basis === verdict.basis;
  const pages = `${formatPageSize(verdict.pageSize)}${verdict.basis === 'own' ? ' (own)' : ''}`;
  const bytes = (value: number | undefined): string => (value === undefined ? '-' : formatBytes(value));
  const texts = [
    before === undefined ? range.name : '',
    before === undefined ? formatBytes(range.size) : '',
    before === undefined ? [range.mode ?? '?', range.map].filter((word) => word !== null).join(' ') : '',
    samePages ? '' : pages,
    QUESTION[verdict.question],
    result.outcome,
    bytes(result.memmap?.deviceBytes),
    bytes(result.memmap?.dramBytes),
    bytes(result.usable?.size),
    verdict.sentence,
  ];
  return texts.map((text, i) => ({
    text,
    alignRight: isNumber(i),
    ...(HEADER[i] === 'OUTCOME' ? { style: palette.outcome[result.outcome] } : {}),
  }));
}

function isNumber(column: number): boolean {
  return ['SIZE', 'ON DEVICE', 'IN DRAM', 'USABLE'].includes(HEADER[column] ?? '');
}

function traceText(verdict: Verdict, look: TableLook): string {
  return `${look.palette.dim(verdictTitle(verdict))}\n${traceLines(verdict.result, look)}`;
}

export function verdictTitle({ range, pageSize, basis, question, result }: Verdict): string {
  const pages = `${formatPageSize(pageSize)} pages${basis === 'own' ? ' (own)' : ''}`;
  return printable(`${range}, ${pages}, ${QUESTION[question]}: ${result.outcome}`);
}

/** What helps where the own kernel fails, or where another page size would crash. */
function failing({ assessment }: JudgedHost): Verdict[] {
  return assessment.verdicts.filter(({ basis, result }) => basis === 'own' || result.outcome === 'oops');
}

function findingRow(finding: FindingFact, palette: Palette): Cell[] {
  return [
    { text: finding.severity, style: palette.severity[finding.severity] },
    { text: finding.code },
    { text: finding.subject },
    { text: finding.summary },
  ];
}

function diagnosticRow({ evidence }: JudgedHost, diagnostic: Diagnostic, palette: Palette): Cell[] {
  return [
    { text: diagnostic.severity, style: palette.severity[diagnostic.severity] },
    { text: diagnosticPlace(evidence, diagnostic) },
    { text: diagnosticMessage(diagnostic) },
  ];
}

function summary({ hosts, unusable }: CheckReport): string {
  if (hosts.length < 2) return '';
  const findings = hosts.flatMap((host) => host.findings);
  const count = (severity: FindingFact['severity']): number =>
    findings.filter((finding) => finding.severity === severity).length;
  const said = `${hosts.length} hosts: ${count('critical')} critical, ${count('warning')} warning, ${count('info')} info`;
  return `\n${said}${unusable.length === 0 ? '' : `; inputs that could not be used: ${unusable.length}`}\n`;
}
