import type { ReportRow } from '@altmap/core';
import { z } from 'zod';
import { toDiagnostics } from './to-diagnostics.ts';

export const REPORT_COLUMNS = [
  'id',
  'host_id as hostId',
  'state',
  'release',
  'page_size as pageSize',
  'received_at as receivedAt',
  'collected_at as collectedAt',
  'checked_at as checkedAt',
  'failure',
  'absent',
  'diagnostics',
  'verdict_set_id as verdictSetId',
] as const;

const StoredAbsences = z.array(z.object({ kind: z.string(), reason: z.string() }));

type StoredReport = Omit<ReportRow, 'absent' | 'diagnostics'> & {
  readonly absent: unknown;
  readonly diagnostics: unknown;
};

export function toReport(row: StoredReport): ReportRow {
  return { ...row, absent: StoredAbsences.parse(row.absent), diagnostics: toDiagnostics(row.diagnostics) };
}
