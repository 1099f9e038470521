import type { Clock, DeliveryAttempt, NotificationToSend, Notifier } from '@altmap/core';
import { alertmanagerRequest } from './alertmanager-request.ts';
import { Egress, type Resolve } from './egress.ts';
import type { HttpRequest } from './http-request.ts';
import { pagerdutyRequest } from './pagerduty-request.ts';
import { post } from './post.ts';
import { MailError, sendEmail } from './send-email.ts';
import { slackRequest } from './slack-request.ts';
import { webhookRequest } from './webhook-request.ts';

export interface ReceiverNotifierOptions {
  /** Ranges (CIDR) or addresses that may be reached although they are not public. */
  readonly allow: readonly string[];
  readonly clock: Clock;
  /** Longest that one attempt may take, names and all. Milliseconds; default 10 s. */
  readonly timeoutMs?: number;
  readonly resolve?: Resolve;
}

const TIMEOUT_MS = 10_000;

/** An error's cause in a word or two: never the URL, whose path may be a secret. */
function reasonOf(error: unknown): string {
  if (error instanceof AggregateError && error.errors.length > 0) return reasonOf(error.errors[0]);
  return error instanceof Error ? error.message : String(error);
}

/** null for a status that says the message was taken. */
function refusalOf(status: number): string | null {
  if (status >= 300 && status < 400) return `answered ${status}, and redirects are not followed`;
  return status < 200 || status >= 400 ? `answered ${status}` : null;
}

/** Sends messages in the form of each kind of receiver, to addresses that are public or allowed, and to no others. */
export class ReceiverNotifier implements Notifier {
  readonly #egress: Egress;
  readonly #clock: Clock;
  readonly #timeoutMs: number;

  /** @throws Error naming the range in `allow` that is not one. */
  constructor({ allow, clock, timeoutMs = TIMEOUT_MS, resolve }: ReceiverNotifierOptions) {
    this.#egress = new Egress(allow, resolve);
    this.#clock = clock;
    this.#timeoutMs = timeoutMs;
  }

  async send(notification: NotificationToSend): Promise<DeliveryAttempt> {
    const at = this.#clock.now();
    const started = performance.now();
    const signal = AbortSignal.timeout(this.#timeoutMs);
    let status: number | null = null;
    let error: string | null = null;
    try {
      const { target } = notification.receiver;
      if (target.kind === 'email') {
        status = await sendEmail(notification, target, { egress: this.#egress, signal, timeoutMs: this.#timeoutMs });
      } else {
        status = await this.#post(requestOf(notification, at), signal);
        error = refusalOf(status);
      }
    } catch (cause) {
      if (cause instanceof MailError) status = cause.status;
      error = signal.aborted ? `no answer within ${this.#timeoutMs} ms` : reasonOf(cause);
    }
    return { at, latencyMs: Math.round(performance.now() - started), status, error };
  }

  async #post({ url, headers, body }: HttpRequest, signal: AbortSignal): Promise<number> {
    const addresses = await this.#egress.addressesOf(url.hostname, signal);
    const all = { 'content-type': 'application/json', 'user-agent': 'altmap', ...headers };
    return post({ url, headers: all, body, addresses, signal });
  }
}

function requestOf(notification: NotificationToSend, at: Date): HttpRequest {
  const { target } = notification.receiver;
  switch (target.kind) {
    case 'webhook':
      return webhookRequest(notification, target, at);
    case 'slack':
      return slackRequest(notification, target);
    case 'alertmanager':
      return alertmanagerRequest(notification, target, at);
    case 'pagerduty':
      return pagerdutyRequest(notification, target);
    case 'email':
      throw new Error('mail does not go over HTTP');
  }
}
