import type { Verdict } from '@altmap/policy';
import type { JudgedReport } from './judge-reports.ts';
import { pageText } from './read-configs.ts';

const SIZES = [4096, 16384, 65536] as const;

/** What the reports of the corpus came to, one line each, for a terminal. */
export function reportTable(reports: readonly JudgedReport[]): string {
  const rows = reports.map(({ name, synthetic, assessment, errors }) => [
    name,
    `${assessment.ranges.length}${synthetic ? ' made up' : ''}`,
    ...SIZES.map((size) => outcomes(assessment.verdicts.filter((verdict) => isAbout(verdict, size)))),
    String(errors),
  ]);
  const heads = ['report', 'ranges', ...SIZES.map((size) => `made anew under ${pageText(size)}`), 'errors'];
  const table = [heads, ...rows];
  const widths = heads.map((_head, column) => Math.max(...table.map((cells) => cells[column]?.length ?? 0)));
  const lines = table.map((cells) => cells.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join('  '));
  return `${lines.map((line) => line.trimEnd()).join('\n')}\n`;
}

function isAbout({ basis, pageSize, question }: Verdict, size: number): boolean {
  return basis === 'what-if' && pageSize === size && question === 'made-anew';
}

function outcomes(verdicts: readonly Verdict[]): string {
  const counts = Map.groupBy(verdicts, (verdict) => verdict.result.outcome);
  const parts = [...counts].map(([outcome, same]) => (same.length === 1 ? outcome : `${same.length} ${outcome}`));
  return parts.join(', ') || '-';
}
