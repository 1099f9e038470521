/** A cell of a table: plain text, and what to do to it once its width is known. */
export interface Cell {
  readonly text: string;
  readonly style?: (text: string) => string;
  readonly alignRight?: boolean;
}

const GAP = '  ';
/** A last column is not wrapped to less than this. */
const NARROWEST = 24;

/**
 * Columns as wide as their widest cell, two spaces apart; the last one is wrapped where `columns` (characters of the
 * terminal) is given. Texts come from other machines: control characters are made visible, so that none reaches the terminal.
 */
export function table(rows: readonly (readonly Cell[])[], columns: number | null): string {
  const widths: number[] = [];
  for (const row of rows) {
    row.forEach((cell, i) => {
      widths[i] = Math.max(widths[i] ?? 0, printable(cell.text).length);
    });
  }
  const last = widths.length - 1;
  const before = widths.slice(0, last).reduce((sum, width) => sum + width + GAP.length, 0);
  const lastWidth = columns === null ? Number.POSITIVE_INFINITY : Math.max(NARROWEST, columns - before);
  const lines: string[] = [];
  for (const row of rows) {
    const cells = row.map((cell, i) => {
      const text = printable(cell.text);
      if (i === last) return { cell, lines: wrap(text, lastWidth) };
      return { cell, lines: [cell.alignRight ? text.padStart(widths[i] ?? 0) : text.padEnd(widths[i] ?? 0)] };
    });
    const height = Math.max(...cells.map((cell) => cell.lines.length));
    for (let y = 0; y < height; y++) {
      const line = cells.map(({ cell, lines: texts }, x) => {
        const text = texts[y];
        if (text === undefined) return ' '.repeat(x === last ? 0 : (widths[x] ?? 0));
        return cell.style === undefined ? text : cell.style(text);
      });
      lines.push(line.join(GAP).trimEnd());
    }
  }
  return lines.map((line) => `${line}\n`).join('');
}

/** Cells without a style. */
export function row(...texts: string[]): Cell[] {
  return texts.map((text) => ({ text }));
}

/** Control characters (escape sequences among them) as U+FFFD; a line feed or tab as a space. */
export function printable(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: it is what this is about
  return text.replace(/[\n\t]/g, ' ').replace(/[\u0000-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/g, '\ufffd');
}

function wrap(text: string, width: number): string[] {
  if (text.length <= width) return [text];
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    if (line !== '' && line.length + 1 + word.length > width) {
      lines.push(line);
      line = word;
    } else line = line === '' ? word : `${line} ${word}`;
  }
  lines.push(line);
  return lines;
}
