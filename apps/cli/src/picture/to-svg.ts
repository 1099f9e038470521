import type { PlugResult } from '@altmap/vmemmap';
import { escapeXml } from '../output/escape-xml.ts';
import { formatAddress, formatBytes } from '../output/units.ts';
import { PIECE_STYLE } from './piece-style.ts';
import { shareWidth } from './share-width.ts';

export interface PictureOf {
  readonly title: string;
  readonly result: PlugResult;
}

const WIDTH = 960;
const MARGIN = 20;
const ROW = 112;
const BAR_TOP = 30;
const BAR_HEIGHT = 28;
/** Borders closer together than this are left out. Units of the drawing. */
const LEAST_BORDER_GAP = 4;

/** One drawing with a row for each range: its pieces, section borders, addresses and a legend with sizes. */
export function toSvg(pictures: readonly PictureOf[]): string {
  const drawn = pictures.filter(({ result }) => result.layout.length > 0);
  const height = MARGIN * 2 + ROW * Math.max(1, drawn.length);
  const rows = drawn.map(
    (picture, i) => `  <g transform="translate(${MARGIN} ${MARGIN + i * ROW})">\n${row(picture)}  </g>\n`,
  );
  return (
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH + 2 * MARGIN} ${height}" role="img" font-family="sans-serif" font-size="12">\n` +
    `  <title>Device ranges</title>\n  <rect width="100%" height="100%" fill="#ffffff"/>\n${rows.join('')}</svg>\n`
  );
}

function row({ title, result }: PictureOf): string {
  const { layout, sectionSize } = result;
  const shares = shareWidth(
    layout.map((piece) => piece.size),
    WIDTH,
    3,
  );
  const parts = [text(0, 18, title, 'font-weight="bold"')];
  let x = 0;
  layout.forEach(({ kind, start, size }, i) => {
    const width = shares[i] ?? 0;
    const { fill, label } = PIECE_STYLE[kind];
    const tip = `${label}: ${formatBytes(size)} at ${formatAddress(start)}`;
    parts.push(
      `<rect x="${x}" y="${BAR_TOP}" width="${width}" height="${BAR_HEIGHT}" fill="${fill}"><title>${escapeXml(tip)}</title></rect>`,
    );
    if (sectionSize !== null) parts.push(...borderLines(start, size, sectionSize, x, width));
    x += width;
  });
  const first = layout[0];
  const last = layout.at(-1);
  const below = BAR_TOP + BAR_HEIGHT + 22;
  if (first !== undefined && last !== undefined) {
    parts.push(text(0, below, formatAddress(first.start)));
    parts.push(text(WIDTH, below, formatAddress(last.start + last.size), 'text-anchor="end"'));
  }
  parts.push(...legend(result, below + 20));
  return parts.map((part) => `    ${part}\n`).join('');
}

function borderLines(start: number, size: number, sectionSize: number, x: number, width: number): string[] {
  const lines: string[] = [];
  if ((sectionSize / size) * width < LEAST_BORDER_GAP) return lines;
  for (let border = Math.ceil(start / sectionSize) * sectionSize; border < start + size; border += sectionSize) {
    const at = (x + ((border - start) / size) * width).toFixed(1);
    lines.push(
      `<line x1="${at}" x2="${at}" y1="${BAR_TOP + BAR_HEIGHT}" y2="${BAR_TOP + BAR_HEIGHT + 6}" stroke="#333333"/>`,
    );
  }
  return lines;
}

function legend({ layout, sectionSize }: PlugResult, y: number): string[] {
  const width = 150;
  const parts = layout.flatMap(({ kind, size }, i) => {
    const { fill, label } = PIECE_STYLE[kind];
    return [
      `<rect x="${i * width}" y="${y - 10}" width="10" height="10" fill="${fill}"/>`,
      text(i * width + 14, y, `${label} ${formatBytes(size)}`),
    ];
  });
  if (sectionSize !== null) parts.push(text(WIDTH, y, `sections of ${formatBytes(sectionSize)}`, 'text-anchor="end"'));
  return parts;
}

function text(x: number, y: number, content: string, attributes = ''): string {
  return `<text x="${x}" y="${y}"${attributes === '' ? '' : ` ${attributes}`}>${escapeXml(content)}</text>`;
}
