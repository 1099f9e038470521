import type { HostFilter, HostRow, Page, PageRequest } from '@altmap/core';
import { sql } from 'kysely';
import { decodeCursor, encodeCursor, NameCursor } from './cursor.ts';
import type { Database } from './database.ts';
import { HOST_COLUMNS, toHost } from './host-row.ts';
import { jsonb } from './jsonb.ts';
import { pageOf } from './page-of.ts';
import { storableText } from './storable-text.ts';

/** The query behind a page of hosts. Every filter is a condition on one host, so that the list keeps the index's order. */
export function hostsQuery(db: Database, filter: HostFilter, { first, after }: PageRequest) {
  const { outcome, pageSize, labels, severity, name, seenBefore, seenSince } = filter;
  let query = db.selectFrom('host').select(HOST_COLUMNS).where('host.removed_at', 'is', null);
  if (after !== null) {
    const last = decodeCursor(after, NameCursor);
    query = query.where(sql<boolean>`(host.name, host.id) > (${last.name}, ${last.id}::uuid)`);
  }
  if (name !== undefined) {
    query = query.where(sql<boolean>`strpos(lower(host.name collate "default"), lower(${storableText(name)})) > 0`);
  }
  if (labels !== undefined && Object.keys(labels).length > 0) {
    query = query.where(sql<boolean>`host.labels @> ${jsonb(labels)}::jsonb`);
  }
  if (seenBefore !== undefined) query = query.where('host.last_seen_at', '<', seenBefore);
  if (seenSince !== undefined) query = query.where('host.last_seen_at', '>=', seenSince);
  if (pageSize !== undefined) {
    query = query.where(sql<boolean>`exists (
      select from report where report.id = host.latest_report_id and report.page_size = any(${pageSize}::int[])
    )`);
  }
  if (outcome !== undefined) {
    query = query.where(sql<boolean>`exists (
      select from report
      join device_range on device_range.verdict_set_id = report.verdict_set_id
      join verdict on verdict.device_range_id = device_range.id
      where report.id = host.latest_report_id
        and verdict.basis = 'own' and verdict.question = 'as-is' and verdict.outcome = any(${outcome}::text[])
    )`);
  }
  if (severity !== undefined) {
    query = query.where(sql<boolean>`exists (
      select from finding
      where finding.host_id = host.id and finding.resolved_at is null and finding.waiver_id is null
        and finding.severity = any(${severity}::text[])
    )`);
  }
  return query
    .orderBy('host.name')
    .orderBy('host.id')
    .limit(first + 1);
}

/** @throws AltmapError E_BAD_CURSOR */
export async function listHosts(db: Database, filter: HostFilter, page: PageRequest): Promise<Page<HostRow>> {
  const rows = await hostsQuery(db, filter, page).execute();
  return pageOf(rows, page.first, (row) => ({
    cursor: encodeCursor({ name: row.name, id: row.id }),
    node: toHost(row),
  }));
}
