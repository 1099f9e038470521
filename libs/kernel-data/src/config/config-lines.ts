import { decodeValue } from './config-value.ts';

/** What a line of a .config is, told from a few of its characters: this runs ten thousand times for each config. */
export const BLANK = 0;
export const ASSIGNMENT = 1;
export const NOT_SET_LINE = 2;
/** Needs a closer look: see `readOddLine`. */
const ODD = 3;

export type LineShape = typeof BLANK | typeof ASSIGNMENT | typeof NOT_SET_LINE | typeof ODD;

/** Length of "CONFIG_" and of "# CONFIG_": where the name begins in a line of the usual shape. */
export const ASSIGNMENT_NAME = 7;
export const NOT_SET_NAME = 9;
/** Length of " is not set". */
export const NOT_SET_TAIL = 11;

const SPACE = 0x20;
const HASH = 0x23;
const QUOTE = 0x22;
const EQUALS = 0x3d;
const UPPER_C = 0x43;
const BACKSLASH = 0x5c;
const UNDERSCORE = 0x5f;
const LOWER_I = 0x69;

/** `start` and `end` bound the line in `text`, without its newline. */
export function lineShape(text: string, start: number, end: number): LineShape {
  const first = text.charCodeAt(start);
  if (first === UPPER_C) {
    if (text.charCodeAt(start + 6) !== UNDERSCORE) return ODD;
    if (text.charCodeAt(end - 2) !== EQUALS) return longAssignment(text, start, end);
    return isShortValue(text.charCodeAt(end - 1)) ? ASSIGNMENT : ODD;
  }
  if (first === HASH) {
    if (end === start + 1) return BLANK;
    if (text.charCodeAt(start + 8) !== UNDERSCORE) return text.charCodeAt(start + 1) === UPPER_C ? ODD : BLANK;
    if (text.charCodeAt(start + 2) !== UPPER_C) return BLANK;
    // "is not set": its blanks and its first letter.
    const isNotSet =
      text.charCodeAt(end - 4) === SPACE && text.charCodeAt(end - 8) === SPACE && text.charCodeAt(end - 10) === LOWER_I;
    return isNotSet ? NOT_SET_LINE : ODD;
  }
  return start >= end ? BLANK : ODD;
}

/** y, m, n or one digit. */
function isShortValue(code: number): boolean {
  return code === 0x79 || code === 0x6d || code === 0x6e || (code >= 0x30 && code <= 0x39);
}

/** A value of more than one character: a closed string, or what ends like a number. */
function longAssignment(text: string, start: number, end: number): LineShape {
  const equals = text.indexOf('=', start);
  if (equals < 0 || equals >= end - 1 || text.charCodeAt(equals - 1) === SPACE) return ODD;
  const first = text.charCodeAt(equals + 1);
  const last = text.charCodeAt(end - 1);
  if (first === QUOTE) {
    return last === QUOTE && end - equals > 2 && text.charCodeAt(end - 2) !== BACKSLASH ? ASSIGNMENT : ODD;
  }
  const isNumber = (first >= 0x30 && first <= 0x39) || first === 0x2d;
  const endsInHex = (last >= 0x30 && last <= 0x39) || (last >= 0x61 && last <= 0x66) || (last >= 0x41 && last <= 0x46);
  return isNumber && endsInHex ? ASSIGNMENT : ODD;
}

/** What `readOddLine` found. Offsets are relative to the line; `doubt` says what is wrong with it, null where nothing is. */
export type OddLine =
  | {
      readonly is: 'symbol';
      readonly name: number;
      readonly end: number;
      readonly notSet: boolean;
      readonly doubt: string | null;
    }
  | { readonly is: 'comment'; readonly doubt: string | null }
  | { readonly is: 'junk' };

/** A closer look at a line that is not of the usual shape; a CR at its end is passed over. */
export function readOddLine(content: string): OddLine {
  const line = content.endsWith('\r') ? content.slice(0, -1) : content;
  const assignment = /^(\s*)CONFIG_([A-Za-z0-9_]+)(\s*)=(.*)$/s.exec(line);
  if (assignment !== null) {
    const [, indent = '', symbol = '', gap = '', raw = ''] = assignment;
    const name = indent.length + ASSIGNMENT_NAME;
    const blanks = indent !== '' || gap !== '' || raw !== raw.trim();
    const doubt = blanks ? 'blanks stand where Kconfig writes none' : decodeValue(raw.trim()).doubt;
    return { is: 'symbol', name, end: name + symbol.length, notSet: false, doubt };
  }
  const notSet = /^(\s*# CONFIG_)([A-Za-z0-9_]+) is not set(.*)$/s.exec(line);
  if (notSet !== null) {
    const [, lead = '', symbol = '', rest = ''] = notSet;
    const doubt = rest.trim() !== '' || lead !== '# CONFIG_' ? 'something stands around "is not set"' : null;
    return { is: 'symbol', name: lead.length, end: lead.length + symbol.length, notSet: true, doubt };
  }
  if (/^\s*#/.test(line)) {
    const hides = /^\s*#\s*CONFIG_[A-Za-z0-9_]+(\s*=| is not set)/.test(line);
    return { is: 'comment', doubt: hides ? 'Kconfig reads this line as a comment: the symbol is absent' : null };
  }
  return line.trim() === '' ? { is: 'comment', doubt: null } : { is: 'junk' };
}
