import type { Diagnostic } from '@altmap/kernel-data';

/** A text has a hundred and one that counts the rest, a host sixteen sources at most. */
const MOST_DIAGNOSTICS = 16 * 101;
const LONGEST_MESSAGE = 1_100;
/** Of objects in objects: what is stored and sent has to be walked. */
const MOST_LEVELS = 200;

/** @throws Error for diagnostics that nobody could use */
export function checkDiagnostics(diagnostics: readonly Diagnostic[]): void {
  if (diagnostics.length > MOST_DIAGNOSTICS) throw new Error(`${diagnostics.length} diagnostics`);
  for (const { source, line, message } of diagnostics) {
    if (message.length > LONGEST_MESSAGE)
      throw new Error(`a diagnostic of ${source} has ${message.length} characters: ${message.slice(0, 200)}`);
    if (line !== null && (!Number.isSafeInteger(line) || line < 1))
      throw new Error(`a diagnostic is about line ${line}`);
  }
}

/** @throws Error where a number was rounded, is infinite or is none: addresses and sizes are exact or not there */
export function checkNumbers(result: unknown): void {
  const wrong = wrongIn(result, 0);
  if (wrong !== null) throw new Error(`result${wrong}`);
}

/** Where and what, e.g. ".size is NaN". */
function wrongIn(value: unknown, level: number): string | null {
  if (typeof value === 'number') return Math.abs(value) <= Number.MAX_SAFE_INTEGER ? null : ` is ${value}`;
  if (typeof value !== 'object' || value === null) return null;
  if (level > MOST_LEVELS) return ' is nested deeper than any result';
  for (const [key, inner] of value instanceof Map ? value : Object.entries(value)) {
    const wrong = wrongIn(inner, level + 1);
    if (wrong !== null) return `.${String(key)}${wrong}`;
  }
  return null;
}
