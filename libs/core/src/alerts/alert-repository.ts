import type { AlertItem, AlertNotice } from '@altmap/protocol';
import type { AuditEvent } from '../audit/audit-event.ts';
import type { Page, PageRequest } from '../fleet/fleet-reader.ts';
import type {
  AlertGroup,
  AlertRule,
  DeliveryAttempt,
  GroupedAlert,
  NotificationRow,
  NotificationState,
  NotificationToSend,
  Receiver,
  Silence,
} from './alert.ts';

/** What a flush looks at, all of one moment. */
export interface GroupToFlush {
  readonly group: AlertGroup;
  readonly rule: AlertRule;
  readonly receiver: Pick<Receiver, 'id' | 'target'>;
  readonly alerts: readonly GroupedAlert[];
  readonly silences: readonly Silence[];
  /** Groups of the rule that came up since the storm guard's window began, this one included. */
  readonly recentGroups: number;
}

/** What a flush decides. */
export type FlushPlan =
  /** Nothing is to be said before `at`; null: not before something changes. */
  | { readonly do: 'wait'; readonly at: Date | null }
  /** Too many groups at once: its alerts become part of the rule's summary. */
  | { readonly do: 'merge' }
  | { readonly do: 'notify'; readonly tell: readonly GroupedAlert[]; readonly list: readonly string[] };

export interface Flushed {
  readonly notificationId: string | null;
  /** Groups that are to be looked at again, and when. */
  readonly next: { readonly groupId: string; readonly at: Date } | null;
}

/** Groups, the outbox and the ledger. Implemented by libs/db. */
export interface AlertRepository {
  /**
   * Decides under a lock on the group, and stores what was decided. null while a notification of the group is pending: of each
   * group one message is under way at a time, so that a receiver gets them in order.
   */
  flush(
    groupId: string,
    now: Date,
    decide: (group: GroupToFlush) => FlushPlan,
    compose: (
      group: GroupToFlush,
      tell: readonly GroupedAlert[],
      items: readonly AlertItem[],
    ) => Omit<AlertNotice, 'sequence'>,
  ): Promise<Flushed | null>;
  /** Groups with something to say since before `before`, or to repeat by now, that no pending notification speaks for. */
  listOverdueGroups(now: Date, before: Date, limit: number): Promise<string[]>;

  load(notificationId: string): Promise<NotificationToSend | null>;
  /**
   * Keeps the attempt; a successful one marks the notification as sent and what it told as told, in the same transaction.
   * Gives the group when it has more to say by now.
   */
  recordAttempt(notificationId: string, attempt: DeliveryAttempt): Promise<string | null>;
  /** Gives the group, as recordAttempt() does. */
  markDead(notificationId: string, reason: string, at: Date): Promise<string | null>;
  listStranded(before: Date, limit: number): Promise<string[]>;
  /**
   * Makes a dead notification pending again: the same message under the same id.
   * @throws AltmapError E_NOT_FOUND; E_CONFLICT when it is not dead, or a later message of its group says all that it did.
   */
  resend(notificationId: string, event: AuditEvent): Promise<void>;
  notifications(filter: NotificationFilter, page: PageRequest): Promise<Page<NotificationRow>>;
  notification(id: string): Promise<NotificationRow | null>;
  attempts(notificationId: string): Promise<readonly DeliveryAttempt[]>;
  /** A message of no group, to one receiver. */
  addTest(
    notification: { id: string; receiverId: string; content: AlertNotice; at: Date },
    event: AuditEvent,
  ): Promise<void>;
}

export interface NotificationFilter {
  readonly state?: NotificationState;
  readonly receiver?: string;
}
