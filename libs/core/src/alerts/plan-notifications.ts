import { newId } from '../clock.ts';
import type { Finding, FindingChanges } from '../findings/finding.ts';
import type { AlertRule, Notification, NotificationEvent } from './alert.ts';

const RANK = { info: 0, warning: 1, critical: 2 } as const;

/** Which receivers hear of which changes: one notification per receiver, finding, episode and event, however many rules match. */
export function planNotifications(rules: readonly AlertRule[], changes: FindingChanges, at: Date): Notification[] {
  const planned = new Map<string, Notification>();
  const plan = (finding: Finding, event: NotificationEvent): void => {
    for (const rule of rules) {
      if (RANK[finding.severity] < RANK[rule.minSeverity]) continue;
      const key = `${finding.id} ${event} ${rule.receiverId}`;
      if (planned.has(key)) continue;
      const { receiverId } = rule;
      planned.set(key, {
        id: newId(),
        findingId: finding.id,
        episode: finding.episode,
        receiverId,
        event,
        createdAt: at,
      });
    }
  };
  for (const finding of changes.opened) plan(finding, 'opened');
  for (const finding of changes.resolved) plan(finding, 'resolved');
  return [...planned.values()];
}
