import type { PlugResult, Step } from '@altmap/vmemmap';
import { type Cell, table } from '../output/table.ts';
import type { TableLook } from './to-table.ts';

const MARK = { pass: 'pass', fail: 'FAIL', unknown: '?', note: '-' } as const;

/** The kernel's steps in its order: what was checked, the numbers compared, and where in the kernel. */
export function traceLines(result: PlugResult, look: TableLook): string {
  return table(
    result.steps.map((step) => stepRow(step, look)),
    look.columns,
  );
}

function stepRow(step: Step, { palette }: TableLook): Cell[] {
  const mark = { text: MARK[step.verdict] };
  return [
    { text: '' },
    step.verdict === 'fail' ? { ...mark, style: palette.severity.error } : mark,
    { text: step.id },
    {
      text: Object.entries(step.facts)
        .map(([name, value]) => `${name}=${factText(value)}`)
        .join(' '),
    },
    { text: step.source, style: palette.dim },
  ];
}

/** Numbers as the kernel would compare them; large ones in hexadecimal as well, since addresses are read so. */
function factText(value: number | string | boolean | null): string {
  if (value === null) return '?';
  return typeof value === 'number' && value >= 65_536 ? `${value} (0x${value.toString(16)})` : String(value);
}
