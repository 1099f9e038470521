import type { HostRow } from '@altmap/core';
import { toLabels } from './to-labels.ts';

/** Columns of a host, as toHost() takes them. */
export const HOST_COLUMNS = [
  'host.id',
  'host.name',
  'host.labels',
  'host.created_at as createdAt',
  'host.last_seen_at as lastSeenAt',
  'host.removed_at as removedAt',
  'host.latest_report_id as latestReportId',
] as const;

export function toHost(row: Omit<HostRow, 'labels'> & { labels: unknown }): HostRow {
  return { ...row, labels: toLabels(row.labels) };
}
