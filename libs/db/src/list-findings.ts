import type { Finding, FindingFilter, Page, PageRequest } from '@altmap/core';
import { sql } from 'kysely';
import { decodeCursor, encodeCursor, TimeCursor } from './cursor.ts';
import type { Database } from './database.ts';
import { FINDING_COLUMNS, toFinding } from './finding-row.ts';
import { isUuid } from './is-uuid.ts';
import { jsonb } from './jsonb.ts';
import { pageOf } from './page-of.ts';

/** The query behind a page of findings, newest first seen first. */
export function findingsQuery(db: Database, filter: FindingFilter, { first, after }: PageRequest) {
  const { hostId, code, severity, state = 'open', labels } = filter;
  let query = db.selectFrom('finding').select(FINDING_COLUMNS);
  if (state !== 'all') query = query.where('finding.resolved_at', state === 'resolved' ? 'is not' : 'is', null);
  if (state === 'open' || state === 'waived') {
    query = query.where('finding.waiver_id', state === 'open' ? 'is' : 'is not', null);
  }
  if (after !== null) {
    const last = decodeCursor(after, TimeCursor);
    query = query.where(
      sql<boolean>`(finding.first_seen_at, finding.id) < (${last.at}::timestamptz, ${last.id}::uuid)`,
    );
  }
  if (hostId !== undefined)
    query = isUuid(hostId) ? query.where('finding.host_id', '=', hostId) : query.where(sql.lit(false));
  if (code !== undefined) query = query.where(sql<boolean>`finding.code = any(${code}::text[])`);
  if (severity !== undefined) query = query.where(sql<boolean>`finding.severity = any(${severity}::text[])`);
  if (labels !== undefined && Object.keys(labels).length > 0) {
    query = query.where(sql<boolean>`exists (
      select from host where host.id = finding.host_id and host.labels @> ${jsonb(labels)}::jsonb
    )`);
  }
  return query
    .orderBy('finding.first_seen_at', 'desc')
    .orderBy('finding.id', 'desc')
    .limit(first + 1);
}

/** @throws AltmapError E_BAD_CURSOR */
export async function listFindings(db: Database, filter: FindingFilter, page: PageRequest): Promise<Page<Finding>> {
  const rows = await findingsQuery(db, filter, page).execute();
  return pageOf(rows, page.first, (row) => ({
    cursor: encodeCursor({ at: row.firstSeenAt.toISOString(), id: row.id }),
    node: toFinding(row),
  }));
}
