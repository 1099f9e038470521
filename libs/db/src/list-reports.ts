import type { Page, PageRequest, ReportRow } from '@altmap/core';
import { sql } from 'kysely';
import { decodeCursor, encodeCursor, TimeCursor } from './cursor.ts';
import type { Database } from './database.ts';
import { isUuid } from './is-uuid.ts';
import { pageOf } from './page-of.ts';
import { REPORT_COLUMNS, toReport } from './report-row.ts';

/** The query behind a page of one host's reports, newest first. */
export function reportsQuery(db: Database, hostId: string, { first, after }: PageRequest) {
  let query = db.selectFrom('report').select(REPORT_COLUMNS);
  query = isUuid(hostId) ? query.where('host_id', '=', hostId) : query.where(sql.lit(false));
  if (after !== null) {
    const last = decodeCursor(after, TimeCursor);
    query = query.where(sql<boolean>`(received_at, id) < (${last.at}::timestamptz, ${last.id}::uuid)`);
  }
  return query
    .orderBy('received_at', 'desc')
    .orderBy('id', 'desc')
    .limit(first + 1);
}

/** @throws AltmapError E_BAD_CURSOR */
export async function listReports(db: Database, hostId: string, page: PageRequest): Promise<Page<ReportRow>> {
  const rows = await reportsQuery(db, hostId, page).execute();
  return pageOf(rows, page.first, (row) => ({
    cursor: encodeCursor({ at: row.receivedAt.toISOString(), id: row.id }),
    node: toReport(row),
  }));
}
