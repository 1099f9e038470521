import type { NotificationToSend } from '@altmap/core';
import type { AlertItem, ReceiverTarget } from '@altmap/protocol';
import { type HttpRequest, httpUrl } from './http-request.ts';

/** Prometheus allows no other characters in a label's name, and no label without a value. */
function labelsOf({ host, code, severity, subject }: AlertItem): Record<string, string> {
  const own = Object.entries(host.labels).map(([name, value]): [string, string] => [
    name.replace(/[^A-Za-z0-9_]/g, '_'),
    value,
  ]);
  const labels = { ...Object.fromEntries(own), alertname: code, severity, subject, host: host.name };
  return Object.fromEntries(Object.entries(labels).filter(([, value]) => value !== ''));
}

/**
 * API v2. An Alertmanager forgets an alert that is not repeated: each is said to end after three of the rule's repeat
 * intervals, so that it outlives two that are late.
 */
export function alertmanagerRequest(
  { content }: NotificationToSend,
  { url, token }: Extract<ReceiverTarget, { kind: 'alertmanager' }>,
  at: Date,
): HttpRequest {
  const base = httpUrl(url);
  const end = new Date(at.getTime() + 3 * content.repeatSeconds * 1_000).toISOString();
  const alerts = content.alerts.map((item) => ({
    labels: labelsOf(item),
    annotations: { summary: item.summary, finding: item.findingId },
    startsAt: item.firstSeenAt,
    endsAt: item.status === 'firing' ? end : (item.resolvedAt ?? at.toISOString()),
  }));
  return {
    url: new URL(`${base.pathname.replace(/\/$/, '')}/api/v2/alerts`, base),
    headers: token === null ? {} : { authorization: `Bearer ${token}` },
    body: JSON.stringify(alerts),
  };
}
