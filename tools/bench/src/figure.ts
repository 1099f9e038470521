/** The middle of several rounds, with the lowest and the highest of them: the noise of the machine. */
export interface Spread {
  readonly median: number;
  readonly low: number;
  readonly high: number;
}

/** One line of the result: a ratio of two things measured side by side in this run. */
export interface Figure {
  readonly suite: string;
  /** What is set against what. */
  readonly what: string;
  /** Null where it was not measured; `note` says why. */
  readonly ratio: Spread | null;
  readonly goal: { readonly is: 'at most' | 'at least'; readonly ratio: number } | null;
  /** What the two were on this machine: for orientation, never a promise. */
  readonly note: string;
}

/** Whether the median is within the goal; null where there is no goal or no figure. */
export function isMet({ ratio, goal }: Figure): boolean | null {
  if (ratio === null || goal === null) return null;
  return goal.is === 'at most' ? ratio.median <= goal.ratio : ratio.median >= goal.ratio;
}

export function spreadOf(values: readonly number[]): Spread {
  const sorted = values.toSorted((a, b) => a - b);
  const at = (index: number): number => sorted[index] ?? Number.NaN;
  const middle = (sorted.length - 1) / 2;
  return {
    median: (at(Math.floor(middle)) + at(Math.ceil(middle))) / 2,
    low: at(0),
    high: at(sorted.length - 1),
  };
}

/** Three digits that count: 0.0123, 1.23, 12.3, 123, 1230. */
export function round(value: number): string {
  if (!Number.isFinite(value)) return '-';
  return Number(value.toPrecision(3)).toString();
}

/** How many of what takes so many milliseconds. */
export const perSecond = (ms: number): string => `${round(1_000 / ms)}/s`;

export function figuresTable(figures: readonly Figure[]): string {
  const rows = figures.map((figure) => {
    const { suite, what, ratio, goal, note } = figure;
    const met = isMet(figure);
    return [
      suite,
      what,
      ratio === null ? '-' : `${round(ratio.median)}x`,
      ratio === null ? '-' : `${round(ratio.low)} to ${round(ratio.high)}`,
      goal === null ? '-' : `${goal.is} ${goal.ratio}x`,
      met === null ? '-' : met ? 'met' : 'NOT MET',
      note,
    ];
  });
  const table = [['suite', 'what', 'ratio', 'rounds', 'goal', '', 'measured here'], ...rows];
  const widths = table[0]?.map((_, column) => Math.max(...table.map((row) => row[column]?.length ?? 0))) ?? [];
  return `${table
    .map((row) =>
      row
        .map((cell, i) => cell.padEnd(widths[i] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n')}\n`;
}
