import type { ColumnType } from 'kysely';
import { storableText } from './storable-text.ts';

/** A jsonb column: parsed when read, to be narrowed by the reader; written as JSON text, see jsonb(). */
export type Jsonb = ColumnType<unknown, string, string>;

/** A value as text for a jsonb column. Strings in it may hold anything: see storableText(). */
export function jsonb(value: object): string {
  const text = JSON.stringify(value);
  // JSON.stringify escapes exactly what jsonb refuses: U+0000 and lone surrogates.
  if (!/\\u(0000|d[89a-f])/.test(text)) return text;
  return JSON.stringify(value, (_key, inner: unknown) => (typeof inner === 'string' ? storableText(inner) : inner));
}
