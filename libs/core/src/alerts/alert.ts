import type { AlertNotice, Matcher, ReceiverTarget, Severity } from '@altmap/protocol';

export interface Receiver {
  readonly id: string;
  readonly name: string;
  readonly target: ReceiverTarget;
}

/** Who is told of what, and how often. Times in milliseconds; the terms are Alertmanager's. */
export interface AlertRule {
  readonly id: string;
  readonly name: string;
  readonly receiverId: string;
  readonly minSeverity: Severity;
  /** All of them must match the labels of an alert: see labelsOf(). */
  readonly matchers: readonly Matcher[];
  /** Alerts with equal values of these labels go into one message. */
  readonly groupBy: readonly string[];
  /** How long the first message of a group waits for others to join it. */
  readonly groupWaitMs: number;
  /** Least time between two messages of a group about something new. */
  readonly groupIntervalMs: number;
  /** After so long without anything new, what still fires is told again. */
  readonly repeatIntervalMs: number;
  /** Storm guard: of more new groups than this within ten minutes, the further ones become one group. */
  readonly stormGroups: number;
}

/** One finding, as one rule sees it. */
export interface RoutedAlert {
  readonly ruleId: string;
  readonly findingId: string;
  readonly group: { readonly key: string; readonly labels: Readonly<Record<string, string>> };
}

/** What a check changes for the rules. Resolved findings end their alerts in every rule. */
export interface AlertChanges {
  readonly firing: readonly RoutedAlert[];
  readonly resolved: readonly string[];
}

/** One alert of a group, with what decides whether it is told now. */
export interface GroupedAlert {
  readonly findingId: string;
  readonly severity: Severity;
  readonly labels: Readonly<Record<string, string>>;
  readonly firing: boolean;
  /** Whether the receiver believes it to be firing. */
  readonly told: boolean;
  readonly changedAt: Date;
  /** When its host was last heard of. */
  readonly hostSeenAt: Date;
}

export interface AlertGroup {
  readonly id: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly isStorm: boolean;
  /** When the last message that was taken was written. */
  readonly notifiedAt: Date | null;
  /** The last message, where nobody took it: what it told waits for something new, or for the repeat interval. */
  readonly givenUp: { readonly writtenAt: Date; readonly at: Date } | null;
}

export interface Silence {
  readonly id: string;
  readonly matchers: readonly Matcher[];
  readonly startsAt: Date;
  readonly endsAt: Date;
  readonly creator: string;
  readonly comment: string;
}

/** One message to one receiver. `pending` is the outbox; its content is the same at every attempt, as its id is. */
export interface NotificationToSend {
  readonly id: string;
  readonly createdAt: Date;
  readonly state: NotificationState;
  /** null for a test message, and where the rule is gone. */
  readonly groupId: string | null;
  readonly content: AlertNotice;
  readonly receiver: Receiver;
}

export type NotificationState = 'pending' | 'sent' | 'dead';

export interface DeliveryAttempt {
  readonly at: Date;
  readonly latencyMs: number;
  /** HTTP or SMTP status; null where no answer came. */
  readonly status: number | null;
  /** null when the receiver took it. */
  readonly error: string | null;
}

/** A line of the ledger. */
export interface NotificationRow {
  readonly id: string;
  readonly receiver: string;
  readonly state: NotificationState;
  readonly createdAt: Date;
  readonly settledAt: Date | null;
  /** Why it is dead. */
  readonly failure: string | null;
  readonly attempts: number;
  readonly content: AlertNotice;
}

/** Sends one notification. Implemented by libs/notify. Never throws for an answer of the receiver: it is in the attempt. */
export interface Notifier {
  send(notification: NotificationToSend): Promise<DeliveryAttempt>;
}
