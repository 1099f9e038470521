import type { LookupAddress } from 'node:dns';
import { lookup } from 'node:dns/promises';
import { isIP } from 'node:net';
import type { Clock, DeliveryAttempt, NotificationToSend, Notifier } from '@altmap/core';
import { Webhook } from 'standardwebhooks';
import { type AddressGuard, createAddressGuard } from './address-guard.ts';
import { alertWebhookOf } from './alert-webhook-of.ts';
import { post } from './post.ts';

export interface WebhookNotifierOptions {
  /** Ranges (CIDR) or addresses that may be reached although they are not public. */
  readonly allow: readonly string[];
  readonly clock: Clock;
  /** Longest that one attempt may take, names and all. Milliseconds; default 10 s. */
  readonly timeoutMs?: number;
  readonly resolve?: (name: string) => Promise<readonly LookupAddress[]>;
}

const TIMEOUT_MS = 10_000;

const systemResolve = (name: string): Promise<LookupAddress[]> => lookup(name, { all: true });

/** Rejects when the signal fires, for work that cannot be stopped itself. */
function until<T>(signal: AbortSignal, work: Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason as Error), { once: true });
    work.then(resolve, reject);
  });
}

/** An error's cause in a word or two: never the URL, whose path may be a secret. */
function reasonOf(error: unknown): string {
  if (error instanceof AggregateError && error.errors.length > 0) return reasonOf(error.errors[0]);
  return error instanceof Error ? error.message : String(error);
}

/** Posts alerts as JSON, signed as Standard Webhooks, to addresses that are public or allowed, and to no others. */
export class WebhookNotifier implements Notifier {
  readonly #guard: AddressGuard;
  readonly #clock: Clock;
  readonly #timeoutMs: number;
  readonly #resolve: (name: string) => Promise<readonly LookupAddress[]>;

  /** @throws Error naming the range in `allow` that is not one. */
  constructor({ allow, clock, timeoutMs = TIMEOUT_MS, resolve = systemResolve }: WebhookNotifierOptions) {
    this.#guard = createAddressGuard(allow);
    this.#clock = clock;
    this.#timeoutMs = timeoutMs;
    this.#resolve = resolve;
  }

  async send(notification: NotificationToSend): Promise<DeliveryAttempt> {
    const at = this.#clock.now();
    const started = performance.now();
    const signal = AbortSignal.timeout(this.#timeoutMs);
    let status: number | null = null;
    let error: string | null = null;
    try {
      status = await this.#post(notification, at, signal);
      if (status >= 300 && status < 400) error = `answered ${status}, and redirects are not followed`;
      else if (status < 200 || status >= 400) error = `answered ${status}`;
    } catch (cause) {
      error = signal.aborted ? `no answer within ${this.#timeoutMs} ms` : reasonOf(cause);
    }
    return { at, latencyMs: Math.round(performance.now() - started), status, error };
  }

  async #post(notification: NotificationToSend, at: Date, signal: AbortSignal): Promise<number> {
    const { receiver } = notification;
    const url = URL.parse(receiver.url);
    if (url === null || (url.protocol !== 'http:' && url.protocol !== 'https:')) {
      throw new Error('its URL is not one: expected http://... or https://...');
    }
    const body = JSON.stringify(alertWebhookOf(notification));
    const headers = {
      'content-type': 'application/json',
      'user-agent': 'altmap',
      'webhook-id': notification.id,
      'webhook-timestamp': String(Math.floor(at.getTime() / 1_000)),
      'webhook-signature': new Webhook(receiver.secret).sign(notification.id, at, body),
    };
    const addresses = await this.#addressesOf(url.hostname, signal);
    return post({ url, headers, body, addresses, signal });
  }

  /** @throws Error when there is no address, or none that may be reached. */
  async #addressesOf(host: string, signal: AbortSignal): Promise<readonly LookupAddress[]> {
    const literal = host.replace(/^\[(.*)\]$/, '$1');
    const family = isIP(literal);
    const found = family === 0 ? await until(signal, this.#resolve(host)) : [{ address: literal, family }];
    if (found.length === 0) throw new Error(`${host} has no address`);
    const open = found.filter(({ address }) => this.#guard(address) === null);
    if (open.length > 0) return open;
    const refusals = found.map(({ address }) => `${address} is ${this.#guard(address)}`);
    throw new Error(`refused: ${refusals.join(', ')}; see ALTMAP_WEBHOOK_ALLOW`);
  }
}
