import type { LayoutPiece, PlugResult } from '@altmap/vmemmap';
import { formatAddress, formatBytes } from '../output/units.ts';
import { PIECE_STYLE } from './piece-style.ts';
import { shareWidth } from './share-width.ts';

/** More borders than this in one line of characters would be a row of ticks that says nothing. */
const MAX_BORDERS_SHARE = 0.5;

/**
 * What lies where in a range, in three lines: the pieces, the borders of memory sections below them, and what the letters
 * mean. Not to scale where a piece would be narrower than one character. "" where the result has no layout.
 */
export function rangePicture({ layout, sectionSize }: PlugResult, width: number): string {
  const first = layout[0];
  const last = layout.at(-1);
  if (first === undefined || last === undefined) return '';
  const start = formatAddress(first.start);
  const end = formatAddress(last.start + last.size);
  const bar = Math.max(layout.length, width - start.length - end.length - 8);
  const shares = shareWidth(
    layout.map((piece) => piece.size),
    bar,
    1,
  );
  const pieces = layout.map((piece, i) => PIECE_STYLE[piece.kind].character.repeat(shares[i] ?? 0)).join('');
  const lines = [`  ${start} |${pieces}| ${end}`];
  const borders = sectionSize === null ? null : sectionRuler(layout, shares, sectionSize);
  if (borders !== null && sectionSize !== null) {
    lines.push(`  ${' '.repeat(start.length)} |${borders}| ^ section borders, ${formatBytes(sectionSize)}`);
  }
  const legend = layout.map(({ kind, size }) => {
    const { character, label } = PIECE_STYLE[kind];
    return `${character} ${label} ${formatBytes(size)}`;
  });
  lines.push(`  ${legend.join('   ')}`);
  return lines.map((line) => `${line}\n`).join('');
}

/** Marks the columns in which a section begins; null where there are too many to show. */
function sectionRuler(layout: readonly LayoutPiece[], shares: readonly number[], sectionSize: number): string | null {
  const width = shares.reduce((sum, share) => sum + share, 0);
  const marks: string[] = Array.from({ length: width }, () => ' ');
  let column = 0;
  let count = 0;
  layout.forEach(({ start, size }, i) => {
    const share = shares[i] ?? 0;
    const borders = Math.ceil((start + size) / sectionSize) - Math.ceil(start / sectionSize);
    count += borders;
    for (let b = 0; b < Math.min(borders, share); b++) {
      const border = (Math.ceil(start / sectionSize) + b) * sectionSize;
      marks[column + Math.min(share - 1, Math.floor(((border - start) / size) * share))] = '^';
    }
    column += share;
  });
  return count > width * MAX_BORDERS_SHARE ? null : marks.join('');
}
