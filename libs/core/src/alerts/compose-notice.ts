import type { AlertItem, AlertNotice } from '@altmap/protocol';
import type { Finding } from '../findings/finding.ts';
import type { Host } from '../hosts/host.ts';
import type { GroupedAlert } from './alert.ts';
import type { GroupToFlush } from './alert-repository.ts';

export function alertItemOf(firing: boolean, finding: Finding, host: Pick<Host, 'id' | 'name' | 'labels'>): AlertItem {
  const { id, episode, code, severity, subject, summary, firstSeenAt, resolvedAt, reportId, facts } = finding;
  return {
    status: firing ? 'firing' : 'resolved',
    findingId: id,
    episode,
    code,
    severity,
    subject,
    summary,
    firstSeenAt: firstSeenAt.toISOString(),
    resolvedAt: resolvedAt?.toISOString() ?? null,
    host: { id: host.id, name: host.name, labels: { ...host.labels } },
    reportId,
    facts: { ...facts },
  };
}

/** What one message says: `tell` is all that it tells, `items` those of them that it lists. */
export function composeNotice(
  { group, rule, alerts }: GroupToFlush,
  tell: readonly GroupedAlert[],
  items: readonly AlertItem[],
): Omit<AlertNotice, 'sequence'> {
  const counts = { critical: 0, warning: 0, info: 0 };
  const told = new Map(alerts.map((alert) => [alert.findingId, alert.told]));
  for (const { findingId, firing, severity } of tell) {
    told.set(findingId, firing);
    if (firing) counts[severity] += 1;
  }
  const open = [...told.values()].filter(Boolean).length;
  return {
    rule: rule.name,
    group: { id: group.id, labels: { ...group.labels }, isStorm: group.isStorm },
    status: open > 0 ? 'firing' : 'resolved',
    open,
    counts,
    resolved: tell.filter(({ firing }) => !firing).length,
    repeatSeconds: Math.ceil(rule.repeatIntervalMs / 1_000),
    alerts: [...items],
    unlisted: tell.length - items.length,
  };
}
