import type { Palette } from './palette.ts';
import { type Cell, table } from './table.ts';

/** A title and indented rows below it; nothing where there are no rows. */
export function section(
  title: string,
  rows: readonly Cell[][],
  { palette, columns }: { readonly palette: Palette; readonly columns: number | null },
): string {
  if (rows.length === 0) return '';
  return `${palette.dim(title)}\n${table(
    rows.map((row) => [{ text: '' }, ...row]),
    columns,
  )}`;
}
