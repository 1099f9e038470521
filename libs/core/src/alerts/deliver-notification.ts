import type { JobPayload } from '@altmap/protocol';
import type { Clock } from '../clock.ts';
import type { JobHandler } from '../queue/job-queue.ts';
import type { AlertRepository, Notifier } from './alert.ts';

/** Sends one notification; the queue tries again after a failure, every attempt is kept. */
export class DeliverNotification implements JobHandler<'deliver-notification'> {
  readonly name = 'deliver-notification';
  readonly #alerts: AlertRepository;
  readonly #notifier: Notifier;
  readonly #clock: Clock;

  constructor(alerts: AlertRepository, notifier: Notifier, clock: Clock) {
    this.#alerts = alerts;
    this.#notifier = notifier;
    this.#clock = clock;
  }

  async handle({ notificationId }: JobPayload<'deliver-notification'>): Promise<void> {
    const notification = await this.#alerts.load(notificationId);
    if (notification === null || notification.state !== 'pending') return;
    const attempt = await this.#notifier.send(notification);
    await this.#alerts.recordAttempt(notificationId, attempt);
    if (attempt.error !== null) throw new Error(`receiver ${notification.receiver.name}: ${attempt.error}`);
  }

  async dead({ notificationId }: JobPayload<'deliver-notification'>, reason: string): Promise<void> {
    await this.#alerts.markDead(notificationId, reason, this.#clock.now());
  }
}
