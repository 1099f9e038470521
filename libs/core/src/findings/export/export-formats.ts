import type { Render } from './exported-finding.ts';
import { toCsv } from './to-csv.ts';
import { toJunit } from './to-junit.ts';
import { toNdjson } from './to-ndjson.ts';
import { toSarif } from './to-sarif.ts';

/** The forms in which findings leave, by the name that addresses and options give them. */
export const EXPORT_FORMATS = {
  csv: { contentType: 'text/csv; charset=utf-8; header=present', render: toCsv },
  ndjson: { contentType: 'application/x-ndjson', render: toNdjson },
  sarif: { contentType: 'application/sarif+json', render: toSarif },
  junit: { contentType: 'application/xml; charset=utf-8', render: toJunit },
} as const satisfies Readonly<Record<string, { readonly contentType: string; readonly render: Render }>>;

export type ExportFormat = keyof typeof EXPORT_FORMATS;
