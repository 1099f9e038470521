import type { DiagnosticLog } from './diagnostic.ts';

/** In every runtime that this library is meant for, but in no type library that a pure package may load. */
declare const TextDecoder: new (label: string) => { decode(bytes: Uint8Array): string };

/** Of a text that the kernel prints, nothing is a control character but these: tab, line feed, carriage return. */
const isControl = (code: number): boolean => code < 0x20 && code !== 0x09 && code !== 0x0a && code !== 0x0d;

/** A text with more junk than this share of its first 64 KiB is no text. */
const MAX_JUNK = 0.05;
const SAMPLE = 65536;

/**
 * Makes a text of what a host sent: UTF-8, with or without byte order mark. What is no text at all (gzip, binary) gives
 * null and an error; stray bytes stay as U+FFFD and are reported once.
 */
export function decodeText(input: string | Uint8Array, log: DiagnosticLog): string | null {
  if (typeof input !== 'string') {
    const packed = packing(input);
    if (packed !== null) {
      log.error(null, `the bytes are ${packed}`, 'plain text, UTF-8');
      return null;
    }
  }
  const text = typeof input === 'string' ? withoutMark(input) : new TextDecoder('utf-8').decode(input);
  const sample = text.slice(0, SAMPLE);
  let junk = 0;
  for (let i = 0; i < sample.length; i++) {
    const code = sample.charCodeAt(i);
    if (isControl(code) || code === 0xfffd) junk++;
  }
  if (junk > sample.length * MAX_JUNK) {
    log.error(null, `${junk} of the first ${sample.length} characters are no text`, 'plain text, UTF-8');
    return null;
  }
  if (junk > 0)
    log.warning(null, `${junk} characters are no text: NUL, control characters or broken UTF-8`, 'plain text, UTF-8');
  return text;
}

function withoutMark(text: string): string {
  return text.charCodeAt(0) === 0xfeff ? text.slice(1) : text;
}

function packing(bytes: Uint8Array): string | null {
  const [a, b, c, d] = bytes;
  if (a === 0x1f && b === 0x8b) return 'packed with gzip';
  if (a === 0x28 && b === 0xb5 && c === 0x2f && d === 0xfd) return 'packed with zstd';
  if (a === 0xfd && b === 0x37 && c === 0x7a) return 'packed with xz';
  if ((a === 0xff && b === 0xfe) || (a === 0xfe && b === 0xff)) return 'UTF-16';
  return null;
}
