import { type Diagnostic, DiagnosticLog } from '../text/diagnostic.ts';

/** The kernel's command line. */
export interface Cmdline {
  /** As /proc/cmdline shows it, without the newline. */
  readonly raw: string;
  /** The kernel's own parameters in their order; what follows "--" goes to init and is not among them. */
  readonly parameters: readonly CmdlineParameter[];
  /** Every value of a parameter, in order; null stands for one without "=". The kernel takes - and _ in names as equal. */
  all(name: string): readonly (string | null)[];
  /** The last value, which is the one that counts for most parameters; null where it is absent or stands without "=". */
  last(name: string): string | null;
  /** True where the parameter stands there at all, with or without a value. */
  has(name: string): boolean;
}

export interface CmdlineParameter {
  readonly name: string;
  /** Null where the parameter stands without "=". */
  readonly value: string | null;
}

/** Reads /proc/cmdline the way next_arg does (lib/cmdline.c): blanks separate, double quotes hold together. */
export function parseCmdline(
  text: string,
  source = 'cmdline',
): { cmdline: Cmdline; diagnostics: readonly Diagnostic[] } {
  const log = new DiagnosticLog(source);
  const raw = withoutLineEnd(text);
  if (/[\r\n]/.test(raw)) log.warning(2, 'more than one line: they are read as one', 'one line');
  const parameters: CmdlineParameter[] = [];
  for (const word of splitWords(raw, log)) {
    if (word === '--') break;
    parameters.push(toParameter(word));
  }
  return { cmdline: new ParsedCmdline(raw, parameters), diagnostics: log.list() };
}

/** By hand: a regular expression for the end of a text tries every run of line ends in it to its end. */
function withoutLineEnd(text: string): string {
  let end = text.length;
  while (end > 0 && (text[end - 1] === '\n' || text[end - 1] === '\r')) end--;
  return text.slice(0, end);
}

function splitWords(raw: string, log: DiagnosticLog): readonly string[] {
  const words: string[] = [];
  let start = -1;
  let quoted = false;
  for (let at = 0; at <= raw.length; at++) {
    const blank = at === raw.length || (!quoted && raw.charCodeAt(at) <= 0x20);
    if (blank) {
      if (start >= 0) words.push(raw.slice(start, at));
      start = -1;
      continue;
    }
    if (start < 0) start = at;
    if (raw.charCodeAt(at) === 0x22) quoted = !quoted;
  }
  if (quoted)
    log.warning(1, 'a quote is never closed: the kernel takes all that follows as one value', 'an even number');
  return words;
}

/** Both x="a b" and "x=a b" give a b; quotes inside a value stay, as in the kernel. */
function toParameter(word: string): CmdlineParameter {
  const whole = word.startsWith('"') ? word.slice(1, word.endsWith('"') && word.length > 1 ? -1 : undefined) : word;
  const equals = whole.indexOf('=');
  if (equals < 0) return { name: whole, value: null };
  const value = whole.slice(equals + 1);
  if (!value.startsWith('"')) return { name: whole.slice(0, equals), value };
  const closed = value.length > 1 && value.endsWith('"');
  return { name: whole.slice(0, equals), value: value.slice(1, closed ? -1 : undefined) };
}

class ParsedCmdline implements Cmdline {
  readonly raw: string;
  readonly parameters: readonly CmdlineParameter[];
  readonly #values = new Map<string, (string | null)[]>();

  constructor(raw: string, parameters: readonly CmdlineParameter[]) {
    this.raw = raw;
    this.parameters = parameters;
    for (const { name, value } of parameters) {
      const values = this.#values.get(sameName(name));
      if (values === undefined) this.#values.set(sameName(name), [value]);
      else values.push(value);
    }
  }

  all(name: string): readonly (string | null)[] {
    return this.#values.get(sameName(name)) ?? [];
  }

  last(name: string): string | null {
    return this.all(name).at(-1) ?? null;
  }

  has(name: string): boolean {
    return this.#values.has(sameName(name));
  }
}

/** parameq in kernel/params.c. */
function sameName(name: string): string {
  return name.replaceAll('-', '_');
}
