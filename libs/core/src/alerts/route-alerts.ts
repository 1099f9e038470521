import type { FindingChanges } from '../findings/finding.ts';
import type { Host } from '../hosts/host.ts';
import type { AlertChanges, AlertRule, RoutedAlert } from './alert.ts';
import { groupOf, labelsOf, matches } from './labels-of.ts';

const RANK = { info: 0, warning: 1, critical: 2 } as const;

/**
 * Which rules care for which findings of a host, and in which group. What was seen again counts like what has opened: so a rule
 * that came later, or a severity that rose, is noticed at the next report.
 */
export function routeAlerts(
  rules: readonly AlertRule[],
  host: Pick<Host, 'name' | 'labels'>,
  changes: FindingChanges,
): AlertChanges {
  const firing: RoutedAlert[] = [];
  for (const finding of [...changes.opened, ...changes.seen]) {
    const labels = labelsOf(finding, host);
    for (const { id: ruleId, minSeverity, matchers, groupBy } of rules) {
      if (RANK[finding.severity] < RANK[minSeverity] || !matches(matchers, labels)) continue;
      firing.push({ ruleId, findingId: finding.id, group: groupOf(groupBy, labels) });
    }
  }
  return { firing, resolved: changes.resolved.map((finding) => finding.id) };
}
