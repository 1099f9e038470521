import type { DeviceRange, Diagnostic, FindingFact, Verdict } from '@altmap/policy';
import type { Palette } from '../output/palette.ts';
import { type Cell, printable, table } from '../output/table.ts';
import { formatBytes, formatPageSize } from '../output/units.ts';
import type { CheckReport } from './check-report.ts';
import type { JudgedHost } from './judge-host.ts';
import { traceLines } from './trace-lines.ts';

export interface TableLook {
  readonly palette: Palette;
  /** Characters in a line; null where it is no terminal. */
  readonly columns: number | null;
}

const HEADER = ['RANGE', 'SIZE', 'NOW', 'PAGES', 'QUESTION', 'OUTCOME', 'ON DEVICE', 'IN DRAM', 'USABLE', 'REASON'];
const QUESTION = { 'as-is': 'as it is', 'made-anew': 'made anew' } as const;

/** For people: each host with its ranges, findings and what could not be read. */
export function toTable(report: CheckReport, look: TableLook): string {
  return `${report.hosts.map((host) => hostText(host, report, look)).join('\n')}${summary(report)}`;
}

function hostText(host: JudgedHost, { trace }: CheckReport, look: TableLook): string {
  const { evidence, assessment, findings, diagnostics } = host;
  const { palette, columns } = look;
  const pages = evidence.pageSize === null ? 'page size unknown' : `${formatPageSize(evidence.pageSize)} pages`;
  const title = `${palette.title(printable(evidence.name))}  ${printable(evidence.release)}, ${pages}  ${palette.dim(printable(evidence.path))}\n`;
  const ranges =
    assessment.ranges.length === 0
      ? '  no device range in this evidence\n'
      : table(verdictRows(host, palette), columns);
  return [
    title,
    ranges,
    ...(trace ? assessment.verdicts.map((verdict) => traceText(verdict, look)) : []),
    findings.length === 0
      ? ''
      : table(
          findings.map((finding) => findingRow(finding, palette)),
          columns,
        ),
    diagnostics.length === 0
      ? ''
      : table(
          diagnostics.map((each) => diagnosticRow(host, each, palette)),
          columns,
        ),
  ].join('');
}

function verdictRows(host: JudgedHost, palette: Palette): Cell[][] {
  const rows: Cell[][] = [HEADER.map((text, i) => ({ text, style: palette.dim, alignRight: isNumber(i) }))];
  for (const range of host.assessment.ranges) {
    const verdicts = host.assessment.verdicts.filter((verdict) => verdict.range === range.name);
    const shown = verdicts.filter((verdict) => verdict.basis === 'own' || verdict.pageSize !== host.evidence.pageSize);
    shown.forEach((verdict, i) => {
      const before = shown[i - 1];
      rows.push(verdictRow(range, verdict, before, palette));
    });
  }
  return rows;
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
  const { range, pageSize, question, result } = verdict;
  const title = `${range}, ${formatPageSize(pageSize)} pages, ${QUESTION[question]}: ${result.outcome}`;
  return `${look.palette.dim(printable(title))}\n${traceLines(result, look)}`;
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
  const { source, line, message, expected, severity } = diagnostic;
  const path = [...evidence.parts].find(([kind]) => kind === source)?.[1].path ?? source;
  return [
    { text: severity, style: palette.severity[severity] },
    { text: line === null ? path : `${path}:${line}` },
    { text: expected === null ? message : `${message}; expected ${expected}` },
  ];
}

function summary({ hosts, unusable }: CheckReport): string {
  if (hosts.length + unusable.length < 2) return '';
  const findings = hosts.flatMap((host) => host.findings);
  const count = (severity: FindingFact['severity']): number =>
    findings.filter((finding) => finding.severity === severity).length;
  const said = `${hosts.length} hosts: ${count('critical')} critical, ${count('warning')} warning, ${count('info')} info`;
  return `\n${said}${unusable.length === 0 ? '' : `; ${unusable.length} could not be read`}\n`;
}
