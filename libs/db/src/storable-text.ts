/**
 * Postgres cannot store U+0000 nor half of a surrogate pair. What hosts send can hold both: they become U+FFFD, as any
 * decoder does with what it cannot read.
 */
export function storableText(text: string): string {
  return text.replaceAll('\0', '\uFFFD').toWellFormed();
}
