/** One line of a text. */
export interface Line {
  /** Without its newline, and without the CR of a CR LF. */
  readonly text: string;
  /** From 1. */
  readonly number: number;
}

/** The lines of a text that some host, mail or editor has handed on: LF or CR LF, with or without a byte order mark. */
export function* linesOf(text: string): Iterable<Line> {
  let start = text.charCodeAt(0) === 0xfeff ? 1 : 0;
  for (let number = 1; start < text.length; number++) {
    const newline = text.indexOf('\n', start);
    const end = newline < 0 ? text.length : newline;
    const stop = end > start && text.charCodeAt(end - 1) === 0x0d ? end - 1 : end;
    yield { text: text.slice(start, stop), number };
    start = end + 1;
  }
}
