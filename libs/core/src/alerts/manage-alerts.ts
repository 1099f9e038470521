import { randomBytes } from 'node:crypto';
import { AltmapError, type Matcher, Name, type ReceiverTarget, type Severity } from '@altmap/protocol';
import { type AuditEvent, auditEvent } from '../audit/audit-event.ts';
import { type Clock, newId } from '../clock.ts';
import type { AlertRule, Receiver, Silence } from './alert.ts';
import type { AlertRepository } from './alert-repository.ts';
import type { AlertSettings } from './alert-settings.ts';
import { receiverAddress } from './receiver-address.ts';
import { receiverTargetOf, type SaidTarget } from './receiver-target-of.ts';
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

const LONGEST_COMMENT = 2_000;
const MOST_GROUP_LABELS = 20;

export interface NewReceiver extends SaidTarget {
  readonly name: string;
  /** Its first rule, of the same name, sends it what is at least so severe; no rule when not given. */
  readonly minSeverity?: Severity;
}

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

  /**
   * `secret` is what signs the messages of a webhook, where it was made here: it is told now, and never again.
   * @throws AltmapError E_VALIDATION naming the member; E_CONFLICT when there is a receiver, or a rule, of this name.
   */
  async addReceiver({ minSeverity, ...said }: NewReceiver): Promise<{ receiver: Receiver; secret: string | null }> {
    const name = nameOf('name', said.name);
    let secret: string | null = null;
    const target = receiverTargetOf(said, () => (secret = newWebhookSecret()));
    const receiver = { id: newId(), name, target };
    const details = { kind: target.kind, address: receiverAddress(target) };
    const event = this.#event('receiver.add', `receiver ${name}`, details);
    if (minSeverity === undefined) await this.#settings.addReceiver(receiver, event);
    else
      await this.#settings.addReceiver(receiver, event, this.#rule({ name, receiver: name, minSeverity }, receiver.id));
    return { receiver, secret };
  }

  /** A new secret beside the one there is: messages are signed with both until dropOldSecret(). @throws AltmapError */
  async rotateSecret(name: string): Promise<string> {
    const secret = newWebhookSecret();
    await this.#changeSecrets(name, 'receiver.rotate', (secrets) => [secret, ...secrets.slice(0, 1)]);
    return secret;
  }

  /** Ends a rotation: only the newest secret is left. @throws AltmapError */
  dropOldSecret(name: string): Promise<void> {
    return this.#changeSecrets(name, 'receiver.drop-secret', (secrets) => secrets.slice(0, 1));
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
    const event = this.#event('receiver.test', `receiver ${name}`, { status });
    await this.#alerts.addTest({ id, receiverId, content: testNotice(groupId, name, status, at), at }, event);
    return id;
  }

  /** @throws AltmapError E_NOT_FOUND for a receiver that is not there, E_CONFLICT for a name that is taken, E_VALIDATION */
  async addRule(said: NewRule): Promise<AlertRule> {
    checkRule(said);
    const { rule, event } = this.#rule(said, (await this.#receiver(said.receiver)).id);
    await this.#settings.addRule(rule, event);
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
    if (comment.trim() === '' || comment.length > LONGEST_COMMENT) {
      throw new AltmapError('E_VALIDATION', `comment: expected why, in at most ${LONGEST_COMMENT} characters`);
    }
    nameOf('creator', creator);
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

  #rule({ receiver: _name, ...said }: NewRule, receiverId: string): { rule: AlertRule; event: AuditEvent } {
    const rule = { ...DEFAULTS, ...said, id: newId(), receiverId };
    const { id: _id, ...details } = rule;
    return { rule, event: this.#event('alert-rule.add', `alert rule ${rule.name}`, details) };
  }

  async #changeSecrets(name: string, action: string, change: (secrets: string[]) => string[]): Promise<void> {
    const changeTarget = (target: ReceiverTarget): ReceiverTarget => {
      if (target.kind === 'webhook') return { ...target, secrets: change(target.secrets) };
      throw new AltmapError('E_CONFLICT', `receiver ${name} is no webhook: it has no secret`);
    };
    const changed = await this.#settings.changeTarget(name, changeTarget, this.#event(action, `receiver ${name}`));
    if (!changed) throw new AltmapError('E_NOT_FOUND', `there is no receiver ${name}`);
  }

  #event(action: string, object: string, details: AuditEvent['details'] = {}): AuditEvent {
    return auditEvent({ actor: this.#actor, action, object, details }, this.#clock);
  }
}

function nameOf(member: string, text: string): string {
  const name = Name.safeParse(text);
  if (name.success) return name.data;
  throw new AltmapError('E_VALIDATION', `${member}: expected 1 to 253 characters, none of them a control character`);
}

/** @throws AltmapError naming the member that is out of its range. */
function checkRule({ name, groupBy = [], ...numbers }: NewRule): void {
  nameOf('name', name);
  if (groupBy.length > MOST_GROUP_LABELS) {
    throw new AltmapError('E_VALIDATION', `groupBy: expected at most ${MOST_GROUP_LABELS} names of labels`);
  }
  for (const label of groupBy) nameOf('groupBy', label);
  const least = { groupWaitMs: 0, groupIntervalMs: 0, repeatIntervalMs: 1, stormGroups: 1 } as const;
  for (const member of ['groupWaitMs', 'groupIntervalMs', 'repeatIntervalMs', 'stormGroups'] as const) {
    const value = numbers[member];
    if (value !== undefined && value < least[member]) {
      throw new AltmapError('E_VALIDATION', `${member}: expected ${least[member]} or more`);
    }
  }
}
