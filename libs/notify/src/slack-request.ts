import type { NotificationToSend } from '@altmap/core';
import type { ReceiverTarget } from '@altmap/protocol';
import { type HttpRequest, httpUrl } from './http-request.ts';
import { escapeMarkup, lineOf, titleOf, unlistedLine } from './notice-text.ts';

const COLORS = { critical: '#b3261e', warning: '#b26a00', info: '#3367d6', resolved: '#2e7d32' } as const;

/** Slack's incoming webhook; attachments are what those that are only compatible understand as well. */
export function slackRequest(
  { content, createdAt }: NotificationToSend,
  { url }: Extract<ReceiverTarget, { kind: 'slack' }>,
): HttpRequest {
  const { counts, status, alerts } = content;
  const worst = (['critical', 'warning', 'info'] as const).find((severity) => counts[severity] > 0);
  const unlisted = unlistedLine(content);
  const lines = [...alerts.map(lineOf), ...(unlisted === null ? [] : [unlisted])];
  const attachment = {
    color: COLORS[status === 'resolved' ? 'resolved' : (worst ?? 'resolved')],
    fallback: escapeMarkup(titleOf(content)),
    text: lines.map(escapeMarkup).join('\n'),
    footer: escapeMarkup(`Altmap, rule ${content.rule}`),
    ts: Math.floor(createdAt.getTime() / 1_000),
  };
  const body = JSON.stringify({ text: escapeMarkup(titleOf(content)), attachments: [attachment] });
  return { url: httpUrl(url), headers: {}, body };
}
