/** What a parser has to say about its input besides the data: never thrown, always handed back. */
export interface Diagnostic {
  /** Part kind or file that the text came from. */
  readonly source: string;
  /** Line in that text, from 1; null where the remark is about the whole of it. */
  readonly line: number | null;
  /** Column in that line, from 1, where it is known. */
  readonly column?: number;
  readonly message: string;
  /** What would have been right; null where nothing better can be said. */
  readonly expected: string | null;
  readonly severity: DiagnosticSeverity;
}

/** error: data is missing or contradicted. warning: read, but not as the kernel or the tool prints it. info: good to know. */
export type DiagnosticSeverity = 'error' | 'warning' | 'info';

/** Binary junk has a bad line every few bytes; more than this many remarks of one text help nobody. */
const MAX_PER_SOURCE = 100;

/** Longest piece of the input that a message repeats. */
const MAX_QUOTE = 80;

/** Most characters of a message: names in it come from the input, and may be as long as that. */
const MAX_MESSAGE = 1000;

/** Collects the remarks of one parser. Keeps the first hundred and counts the rest. */
export class DiagnosticLog {
  readonly #source: string;
  readonly #kept: Diagnostic[] = [];
  #left = 0;

  constructor(source: string) {
    this.#source = source;
  }

  error(line: number | null, message: string, expected: string | null = null, column?: number): void {
    this.#add('error', line, message, expected, column);
  }

  warning(line: number | null, message: string, expected: string | null = null, column?: number): void {
    this.#add('warning', line, message, expected, column);
  }

  info(line: number | null, message: string, expected: string | null = null): void {
    this.#add('info', line, message, expected, undefined);
  }

  /** All remarks, and one more that counts those left out. */
  list(): readonly Diagnostic[] {
    if (this.#left === 0) return this.#kept;
    const message = `${this.#left} more remarks about this text are left out`;
    return [...this.#kept, { source: this.#source, line: null, message, expected: null, severity: 'warning' }];
  }

  #add(
    severity: DiagnosticSeverity,
    line: number | null,
    message: string,
    expected: string | null,
    column: number | undefined,
  ): void {
    if (this.#kept.length >= MAX_PER_SOURCE) {
      this.#left++;
      return;
    }
    const at = column === undefined ? {} : { column };
    const short = message.length > MAX_MESSAGE ? `${message.slice(0, MAX_MESSAGE)}...` : message;
    this.#kept.push({ source: this.#source, line, ...at, message: short, expected, severity });
  }
}

/** A piece of the input for use in a message: on one line, printable, and not too long. */
export function quote(text: string): string {
  const printable = text.slice(0, MAX_QUOTE + 1).replace(/[\u0000-\u001f\u007f-\u009f\ufffd]/g, '?');
  return printable.length > MAX_QUOTE ? `"${printable.slice(0, MAX_QUOTE)}..."` : `"${printable}"`;
}
