import { randomBytes } from 'node:crypto';
import { AltmapError, type Matcher, type ReceiverTarget, type Severity } from '@altmap/protocol';
import { type AuditEvent, auditEvent } from '../audit/audit-event.ts';
import { type Clock, newId } from '../clock.ts';
import type { AlertRule, Receiver, Silence } from './alert.ts';
import type { AlertRepository } from './alert-repository.ts';
import type { AlertSettings } from './alert-settings.ts';
import { receiverAddress } from './receiver-address.ts';
import { testNotice } from './test-notice.ts';

const SECOND = 1_000;
const HOUR = 3_600 * SECOND;

/** A rule as it is where nothing else is said: each host's findings at once, repeated once a day. */
const DEFAULTS = {
  matchers: [],
  groupBy: ['host'],
  groupWaitMs: SECOND,
  groupIntervalMs: 60 * SECOND,
  repeatIntervalMs: 24 * HOUR,
  stormGroups: 50,
} as const;

/** What a new rule must say; DEFAULTS say the rest. */
export interface NewRule extends Partial<Omit<AlertRule, 'id' | 'receiverId'>> {
  readonly name: string;
  readonly receiver: string;
  readonly minSeverity: Severity;
}

export function newWebhookSecret(): string {
  return `whsec_${randomBytes(32).toString('base64')}`;
}

/** What people change about alerts. Every change leaves an audit event of `actor`, without secrets. */
export class ManageAlerts {
  readonly #settings: AlertSettings;
  readonly #alerts: AlertRepository;
  readonly #clock: Clock;
  readonly #actor: string;

  constructor(settings: AlertSettings, alerts: AlertRepository, clock: Clock, actor: string) {
    this.#settings = settings;
    this.#alerts = alerts;
    this.#clock = clock;
    this.#actor = actor;
  }

  /** @throws AltmapError E_CONFLICT when there is a receiver of this name. */
  async addReceiver(name: string, target: ReceiverTarget): Promise<Receiver> {
    const receiver = { id: newId(), name, target };
    const details = { kind: target.kind, address: receiverAddress(target) };
    await this.#settings.addReceiver(receiver, this.#event('receiver.add', `receiver ${name}`, details));
    return receiver;
  }

  /** A new secret beside the one there is: messages are signed with both until dropOldSecret(). @throws AltmapError */
  async rotateSecret(name: string): Promise<string> {
    const { target, ...receiver } = await this.#receiver(name);
    if (target.kind !== 'webhook')
      throw new AltmapError('E_CONFLICT', `receiver ${name} is no webhook: it has no secret`);
    const secret = newWebhookSecret();
    const secrets = [secret, ...target.secrets.slice(0, 1)];
    const event = this.#event('receiver.rotate', `receiver ${name}`);
    await this.#settings.updateReceiver({ ...receiver, target: { ...target, secrets } }, event);
    return secret;
  }

  /** Ends a rotation: only the newest secret is left. @throws AltmapError */
  async dropOldSecret(name: string): Promise<void> {
    const { target, ...receiver } = await this.#receiver(name);
    if (target.kind !== 'webhook')
      throw new AltmapError('E_CONFLICT', `receiver ${name} is no webhook: it has no secret`);
    const event = this.#event('receiver.drop-secret', `receiver ${name}`);
    const secrets = target.secrets.slice(0, 1);
    await this.#settings.updateReceiver({ ...receiver, target: { ...target, secrets } }, event);
  }

  /** @throws AltmapError E_NOT_FOUND */
  async removeReceiver(name: string): Promise<void> {
    const removed = await this.#settings.removeReceiver(name, this.#event('receiver.remove', `receiver ${name}`));
    if (!removed) throw new AltmapError('E_NOT_FOUND', `there is no receiver ${name}`);
  }

  /** Writes a test message for the workers to send. Gives its id. @throws AltmapError E_NOT_FOUND */
  async testReceiver(name: string, groupId: string, status: 'firing' | 'resolved'): Promise<string> {
    const { id: receiverId } = await this.#receiver(name);
    const id = newId();
    const at = this.#clock.now();
    await this.#alerts.addTest({ id, receiverId, content: testNotice(groupId, name, status, at), at });
    return id;
  }

  /** @throws AltmapError E_NOT_FOUND for a receiver that is not there, E_CONFLICT for a name that is taken. */
  async addRule({ receiver, ...said }: NewRule): Promise<AlertRule> {
    const { id: receiverId } = await this.#receiver(receiver);
    const rule = { ...DEFAULTS, ...said, id: newId(), receiverId };
    const { id: _id, ...details } = rule;
    await this.#settings.addRule(rule, this.#event('alert-rule.add', `alert rule ${rule.name}`, details));
    return rule;
  }

  /** @throws AltmapError E_NOT_FOUND */
  async removeRule(name: string): Promise<void> {
    const removed = await this.#settings.removeRule(name, this.#event('alert-rule.remove', `alert rule ${name}`));
    if (!removed) throw new AltmapError('E_NOT_FOUND', `there is no alert rule ${name}`);
  }

  /** @throws AltmapError E_VALIDATION for one that silences everything, or ends before it starts. */
  async addSilence(said: {
    matchers: readonly Matcher[];
    startsAt?: Date;
    endsAt: Date;
    comment: string;
    creator?: string;
  }): Promise<Silence> {
    const now = this.#clock.now();
    const { matchers, startsAt = now, endsAt, comment, creator = this.#actor } = said;
    if (matchers.length === 0) throw new AltmapError('E_VALIDATION', 'matchers: expected at least one');
    if (comment.trim() === '') throw new AltmapError('E_VALIDATION', 'comment: expected why');
    if (endsAt <= startsAt || endsAt <= now) throw new AltmapError('E_VALIDATION', 'endsAt: expected a time to come');
    const silence = { id: newId(), matchers, startsAt, endsAt, creator, comment };
    const { id, ...details } = silence;
    await this.#settings.addSilence(silence, this.#event('silence.add', `silence ${id}`, details));
    return silence;
  }

  /** @throws AltmapError E_NOT_FOUND */
  async expireSilence(id: string): Promise<void> {
    const ended = await this.#settings.expireSilence(id, this.#event('silence.expire', `silence ${id}`));
    if (!ended) throw new AltmapError('E_NOT_FOUND', `there is no silence ${id} that could end`);
  }

  /** @throws AltmapError E_NOT_FOUND, E_CONFLICT */
  async resend(notificationId: string): Promise<void> {
    await this.#alerts.resend(notificationId, this.#event('notification.resend', `notification ${notificationId}`));
  }

  async #receiver(name: string): Promise<Receiver> {
    const receiver = (await this.#settings.listReceivers()).find((one) => one.name === name);
    if (receiver === undefined) throw new AltmapError('E_NOT_FOUND', `there is no receiver ${name}`);
    return receiver;
  }

  #event(action: string, object: string, details: AuditEvent['details'] = {}): AuditEvent {
    return auditEvent({ actor: this.#actor, action, object, details }, this.#clock);
  }
}
