import type { Severity } from '@altmap/protocol';
import type { Finding } from '../findings/finding.ts';
import type { Host } from '../hosts/host.ts';

export interface Receiver {
  readonly id: string;
  readonly name: string;
  readonly url: string;
  /** Standard Webhooks secret, "whsec_" and base64. */
  readonly secret: string;
}

/** Findings of at least this severity go to this receiver. */
export interface AlertRule {
  readonly id: string;
  readonly name: string;
  readonly receiverId: string;
  readonly minSeverity: Severity;
}

export type NotificationEvent = 'opened' | 'resolved';

/** One message to one receiver about one episode of one finding. `pending` is the outbox. */
export interface Notification {
  readonly id: string;
  readonly findingId: string;
  readonly episode: number;
  readonly receiverId: string;
  readonly event: NotificationEvent;
  readonly createdAt: Date;
}

export interface NotificationToSend extends Notification {
  readonly state: 'pending' | 'sent' | 'dead';
  readonly finding: Finding;
  readonly host: Host;
  readonly receiver: Receiver;
}

export interface DeliveryAttempt {
  readonly at: Date;
  readonly latencyMs: number;
  /** HTTP status; null where no answer came. */
  readonly status: number | null;
  /** null when the receiver took it. */
  readonly error: string | null;
}

/** Implemented by libs/db. */
export interface AlertRepository {
  load(notificationId: string): Promise<NotificationToSend | null>;
  /** Keeps the attempt; a successful one marks the notification as sent, in the same transaction. */
  recordAttempt(notificationId: string, attempt: DeliveryAttempt): Promise<void>;
  markDead(notificationId: string, reason: string, at: Date): Promise<void>;
  listStranded(before: Date, limit: number): Promise<string[]>;
  addReceiver(receiver: Receiver, at: Date): Promise<void>;
  addRule(rule: AlertRule, at: Date): Promise<void>;
  listReceivers(): Promise<readonly Receiver[]>;
}

/** Sends one notification. Implemented by libs/notify. Never throws for an answer of the receiver: it is in the attempt. */
export interface Notifier {
  send(notification: NotificationToSend): Promise<DeliveryAttempt>;
}
