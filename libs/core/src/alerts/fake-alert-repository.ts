import type { AlertRepository, AlertRule, DeliveryAttempt, NotificationToSend, Receiver } from './alert.ts';

/** Keeps notifications, and what became of them, in memory. */
export class FakeAlertRepository implements AlertRepository {
  readonly notifications = new Map<string, NotificationToSend>();
  readonly attempts: (DeliveryAttempt & { notificationId: string })[] = [];
  readonly failures = new Map<string, string>();
  readonly rules: AlertRule[] = [];
  readonly receivers: Receiver[] = [];

  async load(notificationId: string): Promise<NotificationToSend | null> {
    return this.notifications.get(notificationId) ?? null;
  }

  async recordAttempt(notificationId: string, attempt: DeliveryAttempt): Promise<void> {
    this.attempts.push({ notificationId, ...attempt });
    if (attempt.error === null) this.#settle(notificationId, 'sent');
  }

  async markDead(notificationId: string, reason: string): Promise<void> {
    if (this.#settle(notificationId, 'dead')) this.failures.set(notificationId, reason);
  }

  async listStranded(before: Date, limit: number): Promise<string[]> {
    const pending = [...this.notifications.values()].filter((one) => one.state === 'pending' && one.createdAt < before);
    return pending.map((one) => one.id).slice(0, limit);
  }

  async addReceiver(receiver: Receiver): Promise<void> {
    this.receivers.push(receiver);
  }

  async addRule(rule: AlertRule): Promise<void> {
    this.rules.push(rule);
  }

  async listReceivers(): Promise<readonly Receiver[]> {
    return this.receivers;
  }

  #settle(notificationId: string, state: 'sent' | 'dead'): boolean {
    const notification = this.notifications.get(notificationId);
    if (notification?.state !== 'pending') return false;
    this.notifications.set(notificationId, { ...notification, state });
    return true;
  }
}
