import type { NotificationToSend } from '@altmap/core';
import type { ReceiverTarget } from '@altmap/protocol';
import { type HttpRequest, httpUrl } from './http-request.ts';
import { lineOf, titleOf, unlistedLine } from './notice-text.ts';

const MOST_SUMMARY = 1_024;

/** Events API v2: one incident for each group, which ends with the last alert of it. */
export function pagerdutyRequest(
  { content, createdAt }: NotificationToSend,
  { url, routingKey }: Extract<ReceiverTarget, { kind: 'pagerduty' }>,
): HttpRequest {
  const { group, status, alerts, counts, open } = content;
  const event = { routing_key: routingKey, dedup_key: `altmap-${group.id}` };
  const worst = (['critical', 'warning', 'info'] as const).find((severity) => counts[severity] > 0) ?? 'warning';
  const unlisted = unlistedLine(content);
  const body =
    status === 'resolved'
      ? { ...event, event_action: 'resolve' }
      : {
          ...event,
          event_action: 'trigger',
          client: 'Altmap',
          payload: {
            summary: titleOf(content).slice(0, MOST_SUMMARY),
            source: alerts[0]?.host.name ?? 'altmap',
            severity: worst,
            timestamp: createdAt.toISOString(),
            group: content.rule,
            custom_details: { open, alerts: [...alerts.map(lineOf), ...(unlisted === null ? [] : [unlisted])] },
          },
        };
  return { url: httpUrl(url), headers: {}, body: JSON.stringify(body) };
}
