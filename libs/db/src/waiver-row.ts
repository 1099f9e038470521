import type { Waiver } from '@altmap/core';
import { labelMatcherText, parseLabelMatcher } from '@altmap/policy';

/** Columns of a waiver, as toWaiver() takes them. */
export const WAIVER_COLUMNS = [
  'waiver.id',
  'waiver.reason',
  'waiver.owner',
  'waiver.host_id as hostId',
  'waiver.labels',
  'waiver.code',
  'waiver.created_by as createdBy',
  'waiver.created_at as createdAt',
  'waiver.expires_at as expiresAt',
  'waiver.ended_at as endedAt',
] as const;

export function toWaiver(row: Omit<Waiver, 'labels'> & { labels: readonly string[] }): Waiver {
  return {
    ...row,
    labels: row.labels.map((text) => {
      const matcher = parseLabelMatcher(text);
      if (matcher === null) throw new Error(`waiver ${row.id} has a condition that cannot be read: ${text}`);
      return matcher;
    }),
  };
}

export const waiverLabels = ({ labels }: Waiver): string[] => labels.map(labelMatcherText);
