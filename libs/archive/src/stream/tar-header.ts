import { AltmapError } from '@altmap/protocol';

export const BLOCK = 512;

export interface TarHeader {
  /** Up to 256 bytes: the prefix of ustar is in it. */
  readonly name: string;
  /** Bytes that follow, before padding. */
  readonly size: number;
  /** Type of the member: "0" a file, "1" and "2" links, "5" a directory, "x" and "g" pax, "L" and "K" GNU's long names. */
  readonly flag: string;
  /** Of GNU's old sparse files: another block of the map follows. */
  readonly sparseMapGoesOn: boolean;
}

/** Is this the header of a member, or the empty block that ends an archive? Told by the checksum, as V7 has no magic. */
export function isTarBlock(block: Uint8Array): boolean {
  return block.length === BLOCK && (isEmpty(block) || checksumHolds(block));
}

/** Null for the empty block that ends an archive. `position` counts headers from 0. @throws AltmapError E_ARCHIVE_FORMAT */
export function tarHeader(block: Uint8Array, position: number): TarHeader | null {
  if (isEmpty(block)) return null;
  if (!checksumHolds(block)) {
    const detail = `expected a tar header after ${position} others, got a block with another checksum`;
    throw new AltmapError('E_ARCHIVE_FORMAT', detail);
  }
  const size = numberIn(block.subarray(124, 136));
  if (size === null) throw new AltmapError('E_ARCHIVE_FORMAT', `expected a size in tar header ${position + 1}`);
  const name = textIn(block.subarray(0, 100));
  const isUstar = latin1(block.subarray(257, 263)) === 'ustar\0';
  const prefix = isUstar ? textIn(block.subarray(345, 500)) : '';
  const flag = latin1(block.subarray(156, 157)).replace('\0', '0');
  return {
    name: prefix === '' ? name : `${prefix}/${name}`,
    size,
    // V7 has no type for directories.
    flag: flag === '0' && name.endsWith('/') ? '5' : flag,
    sparseMapGoesOn: flag === 'S' && block[482] === 1,
  };
}

function isEmpty(block: Uint8Array): boolean {
  return block.every((byte) => byte === 0);
}

/** The sum of all bytes, those of the checksum taken as blanks. Some old tars summed signed bytes. */
function checksumHolds(block: Uint8Array): boolean {
  let unsigned = 0;
  let signed = 0;
  for (let at = 0; at < block.length; at++) {
    const byte = at >= 148 && at < 156 ? 0x20 : (block[at] ?? 0);
    unsigned += byte;
    signed += byte < 0x80 ? byte : byte - 0x100;
  }
  const stated = numberIn(block.subarray(148, 156));
  return stated === unsigned || stated === signed;
}

/** Octal digits between blanks, or (first bit set) a big-endian number. Null for anything else. */
function numberIn(field: Uint8Array): number | null {
  const [first = 0, ...others] = field;
  if (first >= 0x80) {
    // 0xff begins a negative number.
    const value = others.reduce((sum, byte) => sum * 256 + byte, first & 0x7f);
    return first < 0xff && Number.isSafeInteger(value) ? value : null;
  }
  const digits = latin1(field).replace(/\0.*$/s, '').trim();
  if (!/^[0-7]*$/.test(digits)) return null;
  return digits === '' ? 0 : Number.parseInt(digits, 8);
}

function textIn(field: Uint8Array): string {
  const end = field.indexOf(0);
  return new TextDecoder().decode(end < 0 ? field : field.subarray(0, end));
}

function latin1(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('latin1');
}
