import type { WhatIfCase } from '@altmap/policy';
import type { ConfigValue } from '@altmap/vmemmap';
import { QUESTION, remedyRows } from '../check/remedy-rows.ts';
import type { TableLook } from '../check/to-table.ts';
import { traceLines } from '../check/trace-lines.ts';
import type { HostEvidence } from '../evidence/host-evidence.ts';
import { section } from '../output/section.ts';
import { type Cell, printable, table } from '../output/table.ts';
import { formatBytes, formatPageSize } from '../output/units.ts';
import { rangePicture } from '../picture/range-picture.ts';
import { type Comparison, comparisonsOf, losesSomething } from './comparison.ts';

const HEADER = ['RANGE', 'SIZE', 'NOW', 'QUESTION', 'TODAY', 'THERE', 'ON DEVICE', 'IN DRAM', 'USABLE', 'REASON'];
const NUMBERS = new Set(['SIZE', 'ON DEVICE', 'IN DRAM', 'USABLE']);

/**
 * For people: what changes in the kernel, what becomes of each range, what helps, and a picture of each; with `trace` the
 * kernel's steps too.
 */
export function whatIfText(evidence: HostEvidence, answer: WhatIfCase, look: TableLook, trace = false): string {
  const { palette, columns } = look;
  const { target } = answer;
  const today = `${evidence.release}, ${formatPageSize(evidence.pageSize)} pages`;
  const there = `${target.release}, ${formatPageSize(target.pageSize)} pages`;
  const comparisons = comparisonsOf(answer.assessment);
  const rows = [
    HEADER.map((text): Cell => ({ text, style: palette.dim, alignRight: NUMBERS.has(text) })),
    ...comparisons.map((comparison, i) => row(comparison, comparisons[i - 1], look)),
  ];
  const lost = comparisons.filter(losesSomething);
  return [
    `${palette.title(printable(evidence.name))}  ${printable(today)} -> ${printable(there)}\n`,
    kernelText(answer, look),
    comparisons.length === 0 ? '  No device range in this evidence.\n' : table(rows, columns),
    ...lossLines(lost).map((line) => `${palette.severity.critical(line)}\n`),
    section(
      'What helps',
      remedyRows(
        comparisons.map(({ there: verdict }) => verdict),
        palette,
      ),
      look,
    ),
    ...comparisons.map((comparison) => pictureText(comparison, look)),
    ...(trace
      ? comparisons.map((comparison) => `${title(comparison, look)}${traceLines(comparison.there.result, look)}`)
      : []),
  ].join('');
}

function kernelText({ changes, assumptions }: WhatIfCase, { palette, columns }: TableLook): string {
  const symbols = changes.map(({ symbol, from, to, why }): Cell[] => [
    { text: '' },
    { text: `CONFIG_${symbol}` },
    { text: `${valueText(from)} -> ${valueText(to)}` },
    { text: why, style: palette.dim },
  ]);
  const assumed = assumptions.map((text): Cell[] => [{ text: '' }, { text: `assumed: ${text}` }]);
  return table(symbols, columns) + table(assumed, columns);
}

function valueText(value: ConfigValue): string {
  if (value.type === 'number' || value.type === 'string') return String(value.value);
  return value.type === 'not-set' ? 'not set' : value.type;
}

function row({ range, today, there }: Comparison, before: Comparison | undefined, { palette }: TableLook): Cell[] {
  const first = before?.range.name !== range.name;
  const { result } = there;
  const now = [range.mode ?? '?', range.map].filter((word) => word !== null).join(' ');
  const bytes = (value: number | undefined): string => (value === undefined ? '-' : formatBytes(value));
  const outcome = today?.result.outcome ?? 'unknown';
  return [
    { text: first ? range.name : '' },
    { text: first ? formatBytes(range.size) : '', alignRight: true },
    { text: first ? now : '' },
    { text: QUESTION[there.question] },
    { text: outcome, style: palette.outcome[outcome] },
    { text: result.outcome, style: palette.outcome[result.outcome] },
    { text: bytes(result.memmap?.deviceBytes), alignRight: true },
    { text: bytes(result.memmap?.dramBytes), alignRight: true },
    { text: bytes(result.usable?.size), alignRight: true },
    { text: there.sentence },
  ];
}

/** First the hosts that would not come up again. */
function lossLines(lost: readonly Comparison[]): readonly string[] {
  const crashes = lost.filter(({ there }) => there.result.outcome === 'oops');
  const others = lost.filter(({ there }) => there.result.outcome !== 'oops');
  const names = (some: readonly Comparison[]) =>
    printable(some.map(({ range, there }) => `${range.name} (${there.result.outcome})`).join(', '));
  return [
    ...(crashes.length > 0 ? [`Crashes the kernel at boot there, works today: ${names(crashes)}`] : []),
    ...(others.length > 0 ? [`Works today and would not there: ${names(others)}`] : []),
  ];
}

function pictureText(comparison: Comparison, look: TableLook): string {
  const picture = rangePicture(comparison.there.result, look.columns ?? 100);
  return picture === '' ? '' : `${title(comparison, look)}${picture}`;
}

function title({ range, there }: Comparison, { palette }: TableLook): string {
  return `${palette.dim(printable(`${range.name}, ${QUESTION[there.question]}: ${there.result.outcome}`))}\n`;
}
