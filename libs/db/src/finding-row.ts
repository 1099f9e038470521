import type { Finding } from '@altmap/core';
import { z } from 'zod';

/** Columns of a finding, as toFinding() takes them. */
export const FINDING_COLUMNS = [
  'finding.id',
  'finding.host_id as hostId',
  'finding.key',
  'finding.episode',
  'finding.code',
  'finding.severity',
  'finding.subject',
  'finding.summary',
  'finding.facts',
  'finding.first_seen_at as firstSeenAt',
  'finding.last_seen_at as lastSeenAt',
  'finding.resolved_at as resolvedAt',
  'finding.report_id as reportId',
  'finding.waiver_id as waiverId',
] as const;

const Facts = z.record(z.string(), z.unknown());

export function toFinding(row: Omit<Finding, 'facts'> & { facts: unknown }): Finding {
  return { ...row, facts: Facts.parse(row.facts) };
}
