import type { NotificationToSend } from '@altmap/core';
import type { AlertItem, AlertNotice, ReceiverTarget } from '@altmap/protocol';
import { createTransport } from 'nodemailer';
import { type Egress, until } from './egress.ts';
import { escapeMarkup, textOf, titleOf, unlistedLine } from './notice-text.ts';

const PORTS = { 'smtp:': 587, 'smtps:': 465 } as const;

function htmlOf(notice: AlertNotice): string {
  const row = (item: AlertItem): string => {
    const cells = [
      item.status === 'firing' ? item.severity : 'resolved',
      item.host.name,
      item.subject,
      item.summary,
      item.firstSeenAt,
      item.resolvedAt ?? '',
    ];
    return `<tr>${cells.map((cell) => `<td>${escapeMarkup(cell)}</td>`).join('')}</tr>`;
  };
  const heads = ['', 'Host', 'About', 'What', 'Since', 'Until'].map((head) => `<th align="left">${head}</th>`);
  const table = `<table cellpadding="4"><tr>${heads.join('')}</tr>${notice.alerts.map(row).join('')}</table>`;
  return `<p>${escapeMarkup(titleOf(notice))}</p>${table}<p>${escapeMarkup(unlistedLine(notice) ?? '')}</p>`;
}

/** The status of an SMTP server's answer, in front of its text. */
function statusOf(said: unknown): number | null {
  const code = Number(/^\d{3}/.exec(String(said))?.[0]);
  return Number.isNaN(code) ? null : code;
}

/** A mail that no server took: its status, where one answered. */
export class MailError extends Error {
  readonly status: number | null;

  constructor(message: string, status: number | null) {
    super(message);
    this.name = 'MailError';
    this.status = status;
  }
}

/**
 * Hands the mail to the server. Its Message-ID is the notification's id, the same at every attempt.
 * @throws MailError, or Error when the server may not be reached.
 */
export async function sendEmail(
  { id, createdAt, content }: NotificationToSend,
  target: Extract<ReceiverTarget, { kind: 'email' }>,
  { egress, signal, timeoutMs }: { egress: Egress; signal: AbortSignal; timeoutMs: number },
): Promise<number | null> {
  const url = new URL(target.url);
  const secure = url.protocol === 'smtps:';
  const [{ address }] = await egress.addressesOf(url.hostname, signal);
  const { user, password } = target;
  const transport = createTransport({
    // An address, so that nothing resolves the name again; the certificate must still be that of the name.
    host: address,
    port: url.port === '' ? PORTS[secure ? 'smtps:' : 'smtp:'] : Number(url.port),
    secure,
    tls: { servername: url.hostname },
    // A password never goes over a connection that others can read.
    requireTLS: user !== null,
    ...(user === null ? {} : { auth: { user, pass: password ?? '' } }),
    connectionTimeout: timeoutMs,
    greetingTimeout: timeoutMs,
    socketTimeout: timeoutMs,
    disableFileAccess: true,
    disableUrlAccess: true,
  });
  const domain = target.from.slice(target.from.lastIndexOf('@') + 1);
  try {
    const info = await until(
      signal,
      transport.sendMail({
        from: { name: 'Altmap', address: target.from },
        to: [...target.to],
        subject: titleOf(content),
        text: textOf(content),
        html: htmlOf(content),
        date: createdAt,
        messageId: `<${id}@${domain}>`,
        headers: { 'auto-submitted': 'auto-generated', 'x-altmap-group': content.group.id },
      }),
    );
    if (info.rejected.length > 0)
      throw new MailError(`refused for ${info.rejected.join(', ')}`, statusOf(info.response));
    return statusOf(info.response);
  } catch (error) {
    if (error instanceof MailError || signal.aborted) throw error;
    const { responseCode } = error as { responseCode?: number };
    throw new MailError(error instanceof Error ? error.message : String(error), responseCode ?? null);
  } finally {
    transport.close();
  }
}
