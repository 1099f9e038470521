import type { ExportedFinding, Render } from './exported-finding.ts';

type Column = readonly [name: string, of: (finding: ExportedFinding) => string | number | null];

const COLUMNS: readonly Column[] = [
  ['id', ({ id }) => id],
  ['state', ({ state }) => state],
  ['severity', ({ severity }) => severity],
  ['code', ({ code }) => code],
  ['host_id', ({ hostId }) => hostId],
  ['host', ({ host }) => host.name],
  [
    'labels',
    ({ host }) =>
      Object.entries(host.labels)
        .map(([name, value]) => `${name}=${value}`)
        .sort()
        .join(' '),
  ],
  ['subject', ({ subject }) => subject],
  ['summary', ({ summary }) => summary],
  ['first_seen_at', ({ firstSeenAt }) => firstSeenAt.toISOString()],
  ['last_seen_at', ({ lastSeenAt }) => lastSeenAt.toISOString()],
  ['resolved_at', ({ resolvedAt }) => resolvedAt?.toISOString() ?? null],
  ['episode', ({ episode }) => episode],
  ['release', ({ evidence }) => evidence.release],
  ['page_size', ({ evidence }) => evidence.pageSize],
  ['report_id', ({ reportId }) => reportId],
  ['engine_version', ({ evidence }) => evidence.engineVersion],
  ['input_digest', ({ evidence }) => evidence.inputDigest],
  ['waiver_reason', ({ waiver }) => waiver?.reason ?? null],
  ['waiver_owner', ({ waiver }) => waiver?.owner ?? null],
  ['waiver_expires_at', ({ waiver }) => waiver?.expiresAt.toISOString() ?? null],
  ['key', ({ key }) => key],
];

/** RFC 4180: a header, then a row for each finding. */
export const toCsv: Render = async function* (pieces) {
  yield line(COLUMNS.map(([name]) => name));
  for await (const findings of pieces) {
    yield findings.map((finding) => line(COLUMNS.map(([, of]) => of(finding)))).join('');
  }
};

const line = (values: readonly (string | number | null)[]): string => `${values.map(field).join(',')}\r\n`;

function field(value: string | number | null): string {
  const text = value === null ? '' : String(value);
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
