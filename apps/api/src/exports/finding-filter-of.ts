import type { FindingFilter } from '@altmap/core';
import { AltmapError, Severity } from '@altmap/protocol';
import { z } from 'zod';

/** A parameter may be given several times. */
const several = <T extends z.ZodType>(item: T) =>
  z.preprocess((value) => (value === undefined || Array.isArray(value) ? value : [value]), z.array(item).optional());

/** What an export of findings can be asked for: see the OpenAPI document. */
export const FindingQuery = z.strictObject({
  state: z.enum(['open', 'waived', 'resolved', 'all']).default('open'),
  severity: several(Severity),
  code: several(z.string()),
  host: z.uuid().optional(),
  label: several(z.string().regex(/^[^=]+=/, { error: 'expected name=value' })),
});

/** @throws AltmapError E_VALIDATION naming every parameter that is wrong */
export function findingFilterOf(query: unknown): FindingFilter {
  const parsed = FindingQuery.safeParse(query);
  if (!parsed.success) {
    const issues = parsed.error.issues.map(({ path, message }) => ({ path: path.map(String).join('.'), message }));
    const shown = issues.slice(0, 3).map(({ path, message }) => (path === '' ? message : `${path}: ${message}`));
    throw new AltmapError('E_VALIDATION', shown.join('; '), { issues });
  }
  const { state, severity, code, host, label } = parsed.data;
  const labels = (label ?? []).map((text) => [text.slice(0, text.indexOf('=')), text.slice(text.indexOf('=') + 1)]);
  return {
    state,
    ...(severity === undefined ? {} : { severity }),
    ...(code === undefined ? {} : { code }),
    ...(host === undefined ? {} : { hostId: host }),
    ...(labels.length === 0 ? {} : { labels: Object.fromEntries(labels) as Record<string, string> }),
  };
}
