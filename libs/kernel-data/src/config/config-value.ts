import { exactNumber } from '../text/exact-number.ts';

/**
 * One symbol of a kernel .config. `not-set` is the line "# CONFIG_X is not set" (or CONFIG_X=n); `absent` is no line at all:
 * in a complete config both mean n, in a fragment only the first does. A number above 2^53 - 1 (pointer values) comes as
 * the string that stands there, since it cannot be held exactly.
 */
export type ConfigValue =
  | { readonly type: 'y' }
  | { readonly type: 'm' }
  | { readonly type: 'not-set' }
  | { readonly type: 'absent' }
  | { readonly type: 'number'; readonly value: number }
  | { readonly type: 'string'; readonly value: string };

const YES: ConfigValue = { type: 'y' };
const MODULE: ConfigValue = { type: 'm' };
export const NOT_SET: ConfigValue = { type: 'not-set' };
export const ABSENT: ConfigValue = { type: 'absent' };

/** Decodes what stands right of the "=". `doubt` says what is wrong with it, null where nothing is. */
export function decodeValue(raw: string): { value: ConfigValue; doubt: string | null } {
  if (raw.charCodeAt(0) === 0x22) return decodeString(raw);
  const blank = raw.search(/[\s#]/);
  const word = blank < 0 ? raw : raw.slice(0, blank);
  const doubt = blank < 0 ? null : 'something follows the value on its line';
  if (word === 'y') return { value: YES, doubt };
  if (word === 'm') return { value: MODULE, doubt };
  if (word === 'n') return { value: NOT_SET, doubt };
  const negative = /^-\d+$/.test(word);
  const number = exactNumber(negative ? word.slice(1) : word);
  if (typeof number === 'number') return { value: { type: 'number', value: negative ? -number : number }, doubt };
  if (number === 'too-large') return { value: { type: 'string', value: word }, doubt };
  return { value: { type: 'string', value: raw }, doubt: 'this is no y, m, n, number or quoted string' };
}

/** In a string only \" and \\ are escapes: Kconfig writes no other, and reads \x as x. */
function decodeString(raw: string): { value: ConfigValue; doubt: string | null } {
  let value = '';
  let from = 1;
  for (let at = 1; at < raw.length; at++) {
    const code = raw.charCodeAt(at);
    if (code === 0x5c) {
      value += raw.slice(from, at);
      at++;
      from = at;
    } else if (code === 0x22) {
      value += raw.slice(from, at);
      const rest = raw.slice(at + 1).trim();
      const doubt = rest === '' ? null : 'something follows the string on its line';
      return { value: { type: 'string', value }, doubt };
    }
  }
  return { value: { type: 'string', value: value + raw.slice(from) }, doubt: 'the string does not end on its line' };
}
