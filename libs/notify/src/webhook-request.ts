import type { NotificationToSend } from '@altmap/core';
import type { AlertWebhook, ReceiverTarget } from '@altmap/protocol';
import { Webhook } from 'standardwebhooks';
import { type HttpRequest, httpUrl } from './http-request.ts';

/** The body is the same at every attempt, as the id is; the signature is of the attempt. One for each secret. */
export function webhookRequest(
  { id, createdAt, content }: NotificationToSend,
  { url, secrets }: Extract<ReceiverTarget, { kind: 'webhook' }>,
  at: Date,
): HttpRequest {
  const message: AlertWebhook = {
    type: `alerts.${content.status}`,
    timestamp: createdAt.toISOString(),
    data: content,
  };
  const body = JSON.stringify(message);
  return {
    url: httpUrl(url),
    headers: {
      'webhook-id': id,
      'webhook-timestamp': String(Math.floor(at.getTime() / 1_000)),
      'webhook-signature': secrets.map((secret) => new Webhook(secret).sign(id, at, body)).join(' '),
    },
    body,
  };
}
