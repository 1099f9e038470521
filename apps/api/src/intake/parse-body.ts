import { Readable } from 'node:stream';
import { AltmapError } from '@altmap/protocol';
import type { z } from 'zod';

/** @throws AltmapError E_CONTENT_TYPE for a body that is not JSON, E_VALIDATION naming every member that is wrong. */
export function parseBody<T extends z.ZodType>(schema: T, body: unknown): z.infer<T> {
  if (body instanceof Readable) throw new AltmapError('E_CONTENT_TYPE', 'expected content-type: application/json');
  const parsed = schema.safeParse(body);
  if (parsed.success) return parsed.data;
  const issues = parsed.error.issues.map(({ path, message }) => ({ path: path.map(String).join('.'), message }));
  const shown = issues.slice(0, 3).map(({ path, message }) => (path === '' ? message : `${path}: ${message}`));
  throw new AltmapError('E_VALIDATION', shown.join('; '), { issues });
}
