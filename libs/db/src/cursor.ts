import { AltmapError } from '@altmap/protocol';
import { z } from 'zod';

/** Where a page ends, as an opaque text: the values that the list is ordered by, and the id. */
export function encodeCursor(position: Readonly<Record<string, string>>): string {
  return Buffer.from(JSON.stringify(position)).toString('base64url');
}

/** @throws AltmapError E_BAD_CURSOR for what encodeCursor() did not give for this list. */
export function decodeCursor<T>(cursor: string, form: z.ZodType<T>): T {
  try {
    return form.parse(JSON.parse(Buffer.from(cursor, 'base64url').toString()));
  } catch (error) {
    throw new AltmapError('E_BAD_CURSOR', 'expected a cursor that this list gave', {}, error);
  }
}

/** Ordered by name, then id. U+0000 is in no stored name. */
export const NameCursor = z.strictObject({ name: z.string().regex(/^[^\0]*$/), id: z.uuid() });
/** Ordered by time, then id. */
export const TimeCursor = z.strictObject({ at: z.iso.datetime(), id: z.uuid() });
/** Ordered by id. */
export const IdCursor = z.strictObject({ id: z.uuid() });
