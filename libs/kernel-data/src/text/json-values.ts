import { type DiagnosticLog, quote } from './diagnostic.ts';

/** A JSON value. Integers that a double cannot hold come as bigint, so that nothing is rounded unseen. */
export type Json = null | boolean | number | bigint | string | readonly Json[] | JsonObject;

export interface JsonObject {
  /** Line of its opening brace. */
  readonly line: number;
  readonly fields: ReadonlyMap<string, Json>;
}

export function isJsonObject(value: Json | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** A line of the text that is no JSON: a status, an error, a usage text. */
export interface OtherLine {
  readonly line: number;
  readonly text: string;
}

/** Deeper nesting is no output of these tools. */
const MAX_DEPTH = 32;

/** As many digits as any 128-bit number has; longer ones are junk. */
const MAX_DIGITS = 40;

const OPENING = /[[{](?=\s*(?:[[{\]}"\-0-9tfn]|$))/y;
const NUMBER = /-?[0-9]+(\.[0-9]+)?([eE][-+]?[0-9]+)?/y;
const WORD = /true|false|null/y;

/**
 * Finds every JSON object and array that begins a line of the text; tools print several, and status lines around them.
 * What people and pages do to such output (trailing or missing commas, "..." for what they left out, a cut end) is read
 * as far as it is clear, and reported. Takes time in proportion to the text, whatever is in it.
 */
export function readJsonValues(
  text: string,
  log: DiagnosticLog,
): { readonly values: readonly Json[]; readonly others: readonly OtherLine[] } {
  const reader = new JsonReader(text, log);
  return reader.readAll();
}

class JsonReader {
  readonly #text: string;
  readonly #log: DiagnosticLog;
  #at = 0;
  #line = 1;
  #lineStart = 0;
  /** The end of the text was met inside a value: said once, not for every level. */
  #cut = false;

  constructor(text: string, log: DiagnosticLog) {
    this.#text = text;
    this.#log = log;
    if (text.charCodeAt(0) === 0xfeff) this.#at = 1;
  }

  readAll(): { values: Json[]; others: OtherLine[] } {
    const values: Json[] = [];
    const others: OtherLine[] = [];
    for (this.#skipBlanks(); this.#at < this.#text.length; this.#skipBlanks()) {
      OPENING.lastIndex = this.#at;
      const value = OPENING.test(this.#text) ? this.#value(0) : undefined;
      if (value !== undefined) {
        values.push(value);
        continue;
      }
      const line = this.#line;
      others.push({ line, text: this.#restOfLine().trim() });
    }
    return { values, others };
  }

  /** Undefined where no value stands here. */
  #value(depth: number): Json | undefined {
    const char = this.#text[this.#at];
    if (char === '{' || char === '[') {
      if (depth < MAX_DEPTH) return char === '{' ? this.#object(depth) : this.#array(depth);
      this.#problem('error', `nested deeper than ${MAX_DEPTH} levels`, 'the JSON that ndctl or daxctl prints');
      return undefined;
    }
    return char === '"' ? this.#string() : this.#scalar();
  }

  #object(depth: number): JsonObject {
    const line = this.#line;
    const fields = new Map<string, Json>();
    this.#at++;
    while (this.#nextItem('}', ']')) {
      if (this.#text[this.#at] !== '"') {
        this.#skipJunk('a name in double quotes');
        continue;
      }
      const name = this.#string();
      this.#skipBlanks();
      if (this.#text[this.#at] !== ':') {
        this.#skipJunk('a colon');
        continue;
      }
      this.#at++;
      this.#skipBlanks();
      const value = this.#value(depth + 1);
      if (value === undefined) this.#skipJunk('a value');
      else {
        fields.set(name, value);
        this.#comma('}', ']');
      }
    }
    return { line, fields };
  }

  #array(depth: number): Json[] {
    const items: Json[] = [];
    this.#at++;
    while (this.#nextItem(']', '}')) {
      const value = this.#value(depth + 1);
      if (value === undefined) this.#skipJunk('a value');
      else {
        items.push(value);
        this.#comma(']', '}');
      }
    }
    return items;
  }

  /** True where another item may stand here; false, and past it, at the end of the object or array. */
  #nextItem(close: string, other: string): boolean {
    this.#skipBlanks();
    const char = this.#text[this.#at];
    if (char === close) {
      this.#at++;
      return false;
    }
    if (char === other) this.#problem('error', `"${other}" closes too early`, `"${close}"`);
    if (char === undefined && !this.#cut) this.#problem('error', 'the output ends too early: it was cut', `"${close}"`);
    this.#cut ||= char === undefined;
    return char !== undefined && char !== other;
  }

  #comma(close: string, other: string): void {
    this.#skipBlanks();
    const char = this.#text[this.#at];
    if (char === ',') {
      this.#at++;
      this.#skipBlanks();
      if (this.#text[this.#at] === close) this.#problem('warning', 'a comma stands before the end', `"${close}"`);
    } else if (char !== close && char !== other && char !== undefined) {
      this.#problem('warning', 'a comma is missing', '","');
    }
  }

  /** Its end is the next quote, or the end of the line where there is none. */
  #string(): string {
    const start = this.#at;
    let at = start + 1;
    for (; at < this.#text.length; at++) {
      const code = this.#text.charCodeAt(at);
      if (code === 0x5c) at++;
      else if (code === 0x22 || code === 0x0a) break;
    }
    const closed = this.#text.charCodeAt(at) === 0x22;
    if (!closed) this.#problem('error', 'a string does not end on its line', 'a double quote');
    const inner = this.#text.slice(start + 1, Math.min(at, this.#text.length));
    this.#at = Math.min(closed ? at + 1 : at, this.#text.length);
    return inner.includes('\\') ? unescape(inner) : inner;
  }

  #scalar(): Json | undefined {
    WORD.lastIndex = this.#at;
    const word = WORD.exec(this.#text)?.[0];
    if (word !== undefined) {
      this.#at += word.length;
      return word === 'null' ? null : word === 'true';
    }
    NUMBER.lastIndex = this.#at;
    const match = NUMBER.exec(this.#text);
    if (match === null || match[0].length > MAX_DIGITS) return undefined;
    this.#at += match[0].length;
    const value = Number(match[0]);
    const isInteger = match[1] === undefined && match[2] === undefined;
    return isInteger && !Number.isSafeInteger(value) ? BigInt(match[0]) : value;
  }

  #skipJunk(expected: string): void {
    const column = this.#at - this.#lineStart + 1;
    const line = this.#line;
    this.#log.error(line, `${quote(this.#restOfLine().trim())} is passed over`, expected, column);
  }

  /** The text up to the next newline; never nothing, so that every step goes on. */
  #restOfLine(): string {
    const newline = this.#text.indexOf('\n', this.#at);
    const end = newline < 0 ? this.#text.length : newline;
    const rest = this.#text.slice(this.#at, end);
    this.#at = end;
    return rest;
  }

  #skipBlanks(): void {
    for (; this.#at < this.#text.length; this.#at++) {
      const code = this.#text.charCodeAt(this.#at);
      if (code === 0x0a) {
        this.#line++;
        this.#lineStart = this.#at + 1;
      } else if (code !== 0x20 && code !== 0x09 && code !== 0x0d) return;
    }
  }

  #problem(severity: 'error' | 'warning', message: string, expected: string): void {
    this.#log[severity](this.#line, message, expected, this.#at - this.#lineStart + 1);
  }
}

function unescape(inner: string): string {
  try {
    const value: unknown = JSON.parse(`"${inner}"`);
    return typeof value === 'string' ? value : inner;
  } catch {
    return inner;
  }
}
