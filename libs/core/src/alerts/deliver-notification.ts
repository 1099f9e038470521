import type { JobPayload } from '@altmap/protocol';
import type { Clock } from '../clock.ts';
import type { JobHandler, JobQueue } from '../queue/job-queue.ts';
import type { DeliveryAttempt, NotificationToSend, Notifier } from './alert.ts';
import type { AlertRepository } from './alert-repository.ts';
import { flushJob } from './flush-alerts.ts';

export interface DeliverNotificationPorts {
  readonly alerts: AlertRepository;
  readonly notifier: Notifier;
  readonly queue: JobQueue;
  readonly clock: Clock;
  /** Told of each attempt once it is kept. */
  readonly onAttempt: (notification: NotificationToSend, attempt: DeliveryAttempt) => void;
}

/** Sends one notification; the queue tries again after a failure, every attempt is kept. */
export class DeliverNotification implements JobHandler<'deliver-notification'> {
  readonly name = 'deliver-notification';
  readonly #ports: DeliverNotificationPorts;

  constructor(ports: DeliverNotificationPorts) {
    this.#ports = ports;
  }

  async handle({ notificationId }: JobPayload<'deliver-notification'>): Promise<void> {
    const { alerts, notifier, clock, onAttempt } = this.#ports;
    const notification = await alerts.load(notificationId);
    if (notification === null || notification.state !== 'pending') return;
    const attempt = await notifier.send(notification);
    const groupId = await alerts.recordAttempt(notificationId, attempt);
    onAttempt(notification, attempt);
    if (attempt.error === null) return this.#goOn(groupId);
    // Nobody waits a day for a test.
    if (notification.groupId === null) await alerts.markDead(notificationId, attempt.error, clock.now());
    else throw new Error(`receiver ${notification.receiver.name}: ${attempt.error}`);
  }

  async dead({ notificationId }: JobPayload<'deliver-notification'>, reason: string): Promise<void> {
    const { alerts, clock } = this.#ports;
    await this.#goOn(await alerts.markDead(notificationId, reason, clock.now()));
  }

  /** What came up while this message was under way. */
  async #goOn(groupId: string | null): Promise<void> {
    if (groupId === null) return;
    const now = this.#ports.clock.now();
    await this.#ports.queue.add(flushJob(groupId, now, now).job);
  }
}
