/**
 * Whole numbers as the kernel prints them. A double holds every integer up to 2^53 - 1; physical addresses have at most
 * 52 bits, so nothing real is lost, and what is larger is "too-large", never rounded.
 */
export type ExactNumber = number | 'too-large' | 'not-a-number';

/** Decimal, or hexadecimal with 0x. No sign. */
export function exactNumber(text: string): ExactNumber {
  if (/^0[xX][0-9a-fA-F]+$/.test(text)) return exactHex(text.slice(2));
  if (!/^[0-9]+$/.test(text)) return 'not-a-number';
  return bounded(text.replace(/^0+(?=.)/, ''), 10);
}

/** Hexadecimal without 0x, as in /proc/iomem and block_size_bytes. */
export function exactHex(digits: string): ExactNumber {
  if (!/^[0-9a-fA-F]+$/.test(digits)) return 'not-a-number';
  return bounded(digits.replace(/^0+(?=.)/, ''), 16);
}

function bounded(digits: string, radix: 10 | 16): ExactNumber {
  // 2^53 - 1 has 14 hexadecimal and 16 decimal digits; up to one digit less everything fits.
  if (digits.length > (radix === 16 ? 14 : 16)) return 'too-large';
  const value = Number.parseInt(digits, radix);
  return value <= Number.MAX_SAFE_INTEGER ? value : 'too-large';
}
