import { AltmapError } from '@altmap/protocol';

const MAX_DIGITS = 8;

/** The records "LENGTH KEY=VALUE\n" of a pax header; the length counts the whole record. @throws AltmapError E_ARCHIVE_FORMAT */
export function parsePax(bytes: Uint8Array): ReadonlyMap<string, string> {
  const records = new Map<string, string>();
  const decoder = new TextDecoder();
  for (let at = 0; at < bytes.length && bytes[at] !== 0; ) {
    const blank = bytes.indexOf(0x20, at);
    const digits = blank < 0 ? '' : decoder.decode(bytes.subarray(at, Math.min(blank, at + MAX_DIGITS)));
    const end = /^[1-9]\d*$/.test(digits) ? at + Number(digits) : Number.POSITIVE_INFINITY;
    const record = bytes.subarray(blank + 1, end - 1);
    const equals = record.indexOf(0x3d);
    if (blank >= end || end > bytes.length || bytes[end - 1] !== 0x0a || equals < 1)
      throw new AltmapError('E_ARCHIVE_FORMAT', `expected "LENGTH KEY=VALUE" at byte ${at} of a pax header`);
    records.set(decoder.decode(record.subarray(0, equals)), decoder.decode(record.subarray(equals + 1)));
    at = end;
  }
  return records;
}
