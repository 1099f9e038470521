import type { NotificationToSend } from '@altmap/core';
import type { AlertWebhook } from '@altmap/protocol';

/** The body that a receiver gets. It is the same in every attempt, as the signature's id is. */
export function alertWebhookOf({ event, createdAt, finding, host }: NotificationToSend): AlertWebhook {
  return {
    type: `finding.${event}`,
    timestamp: createdAt.toISOString(),
    data: {
      findingId: finding.id,
      code: finding.code,
      severity: finding.severity,
      subject: finding.subject,
      summary: finding.summary,
      firstSeenAt: finding.firstSeenAt.toISOString(),
      resolvedAt: finding.resolvedAt?.toISOString() ?? null,
      host: { id: host.id, name: host.name, labels: { ...host.labels } },
      reportId: finding.reportId,
      facts: { ...finding.facts },
    },
  };
}
