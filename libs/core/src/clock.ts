import { randomBytes } from 'node:crypto';

export interface Clock {
  now(): Date;
}

export const systemClock: Clock = { now: () => new Date() };

/** Milliseconds and sequence number of the newest id of this process. */
let newest = { at: 0, sequence: 0 };
const MOST_IN_A_MILLISECOND = 0xfff;

/**
 * UUID version 7 (RFC 9562): sorts by the time it was made, so that new rows land at the end of an index. Ids of one process
 * sort in the order in which they were made (section 6.2, method 1: the twelve bits after the time count).
 */
export function newId(): string {
  const now = Date.now();
  if (now > newest.at) newest = { at: now, sequence: 0 };
  else if (newest.sequence < MOST_IN_A_MILLISECOND) newest = { at: newest.at, sequence: newest.sequence + 1 };
  else newest = { at: newest.at + 1, sequence: 0 };
  const bytes = randomBytes(16);
  bytes.writeUIntBE(newest.at, 0, 6);
  bytes.writeUInt16BE(0x7000 | newest.sequence, 6);
  bytes.writeUInt8((bytes.readUInt8(8) & 0x3f) | 0x80, 8);
  const hex = bytes.toString('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}
