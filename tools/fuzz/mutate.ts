import { oneOf } from '../fleet-sim/src/random.ts';

type Random = () => number;
/** What is done to the bytes of a file; `other` are those of another one. */
type Mutation = (bytes: Uint8Array, random: Random, other: Uint8Array) => Uint8Array;

/** No mutation makes more of an input than this. */
const MOST_BYTES = 512 * 1024;

const NUMBERS = [
  '0',
  '-1',
  '4294967296',
  '9007199254740991',
  '9007199254740992',
  '18446744073709551615',
  '99999999999999999999999999',
  '0x1fffffffffffff',
  '0x20000000000000',
  '0xffffffffffffffff',
  'ffffffffffffffff',
  '1e308',
  '1e999',
  '-0',
  'NaN',
  '00000000000000000000000000000001',
  '9'.repeat(4000),
];
const STRANGE = [
  '\u0000',
  '\u0000\u0000\u0000\u0000',
  '\ufeff',
  '\u2028',
  '\u202e',
  '\u0130',
  '\u{1f4be}',
  'e\u0301'.repeat(50),
  '\r',
  '\r\n',
  '\u001b[31m',
  '__proto__',
  'constructor',
  '%s%n',
  '${x}',
  '"',
  '\\',
  "'",
];
const FLOODS = [
  ' ',
  '\t',
  '=',
  '-',
  ':',
  '"',
  '\\',
  '#',
  '0',
  'f',
  '[',
  '(',
  '.',
  ',',
  '\n',
  ' -',
  '- ',
  'a.',
  '[]',
  'CONFIG_',
];
const DEEP = ['[', '{"a":', '[{"dev":', '{"regions":[', '[[],'];
const BROKEN_UTF8 = [
  Uint8Array.of(0xff, 0xfe),
  Uint8Array.of(0xc0, 0x80),
  Uint8Array.of(0xed, 0xa0, 0x80),
  Uint8Array.of(0xf8),
];

const encoder = new TextEncoder();
const NEWLINE = 0x0a;

const at = (length: number, random: Random): number => Math.floor(random() * (length + 1));

function splice(bytes: Uint8Array, start: number, end: number, piece: Uint8Array): Uint8Array {
  const fits = piece.subarray(0, Math.max(0, MOST_BYTES - bytes.length));
  const result = new Uint8Array(start + fits.length + bytes.length - end);
  result.set(bytes.subarray(0, start));
  result.set(fits, start);
  result.set(bytes.subarray(end), start + fits.length);
  return result;
}

const insert = (bytes: Uint8Array, random: Random, piece: Uint8Array): Uint8Array => {
  const where = at(bytes.length, random);
  return splice(bytes, where, where, piece);
};

function lineAt(bytes: Uint8Array, random: Random): [number, number] {
  const somewhere = at(bytes.length, random);
  const start = somewhere === 0 ? 0 : bytes.lastIndexOf(NEWLINE, somewhere - 1) + 1;
  const end = bytes.indexOf(NEWLINE, start);
  return [start, end < 0 ? bytes.length : end + 1];
}

/** Mostly few, sometimes very many. */
function count(most: number, random: Random): number {
  return Math.floor(most ** random());
}

function flipBits(bytes: Uint8Array, random: Random): Uint8Array {
  // A Buffer's slice() would be a view of the file that others are made of.
  const result = new Uint8Array(bytes);
  for (let left = count(32, random); left > 0 && result.length > 0; left--) {
    const where = Math.floor(random() * result.length);
    result[where] = (result[where] ?? 0) ^ (1 << Math.floor(random() * 8));
  }
  return result;
}

function hugeNumber(bytes: Uint8Array, random: Random): Uint8Array {
  const start = at(bytes.length, random);
  const isDigit = (byte: number | undefined): boolean =>
    byte !== undefined && ((byte >= 0x30 && byte <= 0x39) || (byte >= 0x61 && byte <= 0x66));
  let from = start;
  while (from < bytes.length && !isDigit(bytes[from])) from++;
  let to = from;
  while (isDigit(bytes[to])) to++;
  return splice(bytes, from, to, encoder.encode(oneOf(NUMBERS, random)));
}

function joinLines(bytes: Uint8Array, random: Random): Uint8Array {
  const share = random();
  return bytes.map((byte) => (byte === NEWLINE && random() < share ? 0x20 : byte));
}

function indentLines(bytes: Uint8Array, random: Random): Uint8Array {
  const lines = Buffer.from(bytes).toString('latin1').split('\n');
  const indented = lines.map((line) => ' '.repeat(count(12, random) - 1) + line).join('\n');
  return Buffer.from(indented.slice(0, MOST_BYTES), 'latin1');
}

const MUTATIONS: readonly Mutation[] = [
  flipBits,
  flipBits,
  (bytes, random) => bytes.slice(0, at(bytes.length, random)),
  (bytes, random) => bytes.slice(at(bytes.length, random)),
  (bytes, random) => {
    const [start, end] = [at(bytes.length, random), at(bytes.length, random)].toSorted((a, b) => a - b);
    return splice(bytes, start ?? 0, end ?? 0, new Uint8Array());
  },
  (bytes, random, other) => {
    const start = at(other.length, random);
    return insert(bytes, random, other.subarray(start, start + count(16_384, random)));
  },
  (bytes, random) => {
    const [start, end] = lineAt(bytes, random);
    const line = Buffer.from(bytes.subarray(start, end)).toString('latin1');
    const times = Math.min(count(1_500, random), Math.floor(MOST_BYTES / (line.length + 1)));
    return splice(bytes, end, end, Buffer.from(line.repeat(times), 'latin1'));
  },
  (bytes, random) => {
    const [start, end] = lineAt(bytes, random);
    const line = bytes.slice(start, end);
    return insert(splice(bytes, start, end, new Uint8Array()), random, line);
  },
  hugeNumber,
  hugeNumber,
  (bytes, random) => insert(bytes, random, encoder.encode(oneOf(DEEP, random).repeat(count(20_000, random)))),
  (bytes, random) => insert(bytes, random, encoder.encode(oneOf(STRANGE, random))),
  (bytes, random) => insert(bytes, random, oneOf(BROKEN_UTF8, random)),
  (bytes, random) => insert(bytes, random, new Uint8Array(count(4_096, random))),
  (bytes, random) => insert(bytes, random, encoder.encode(oneOf(FLOODS, random).repeat(count(40_000, random)))),
  joinLines,
  indentLines,
];

/** One to some mutations, one on the other. */
export function mutate(bytes: Uint8Array, random: Random, other: Uint8Array): Uint8Array {
  let result = bytes;
  for (let left = 1 + count(6, random); left > 0; left--) result = oneOf(MUTATIONS, random)(result, random, other);
  return result.subarray(0, MOST_BYTES);
}

/** Mostly a window of some lines; now and then the whole, which costs far more time for the same mutations. */
export function excerpt(bytes: Uint8Array, random: Random): Uint8Array {
  if (random() < 0.02 || bytes.length < 512) return bytes;
  const [start] = lineAt(bytes, random);
  return bytes.subarray(start, start + count(8_192, random) + 64);
}
