import type { ReceiverTarget } from '@altmap/protocol';
import type { AuditEvent } from '../audit/audit-event.ts';
import type { AlertRule, Receiver, Silence } from './alert.ts';

/** What people set: receivers, rules and silences. Names are unique; every change leaves its event. Implemented by libs/db. */
export interface AlertSettings {
  /** With its first rule, where it gets one: both are there then, or neither. */
  addReceiver(
    receiver: Receiver,
    event: AuditEvent,
    first?: { readonly rule: AlertRule; readonly event: AuditEvent },
  ): Promise<void>;
  /** One change after the other. False when there is none of this name. What `change` throws, this throws. */
  changeTarget(name: string, change: (target: ReceiverTarget) => ReceiverTarget, event: AuditEvent): Promise<boolean>;
  /** False when there is none. Its rules and notifications go with it. */
  removeReceiver(name: string, event: AuditEvent): Promise<boolean>;
  listReceivers(): Promise<readonly Receiver[]>;
  addRule(rule: AlertRule, event: AuditEvent): Promise<void>;
  removeRule(name: string, event: AuditEvent): Promise<boolean>;
  listRules(): Promise<readonly AlertRule[]>;
  addSilence(silence: Silence, event: AuditEvent): Promise<void>;
  /** Ends it now. False when there is none, or it has ended. */
  expireSilence(id: string, event: AuditEvent): Promise<boolean>;
  /** Those that have not ended. */
  listSilences(at: Date): Promise<readonly Silence[]>;
}
