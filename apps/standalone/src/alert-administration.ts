import { setTimeout as sleep } from 'node:timers/promises';
import {
  type AlertRepository,
  type AlertRule,
  type AlertSettings,
  type DeliveryAttempt,
  ManageAlerts,
  type NewReceiver,
  type NewRule,
  type NotificationFilter,
  type NotificationRow,
  receiverAddress,
  type Silence,
  systemClock,
  TestReceiver,
} from '@altmap/core';
import type { Environment } from '@altmap/platform';
import type { Matcher, ReceiverKind, Severity } from '@altmap/protocol';
import { openQueue } from '@altmap/queue';
import { commandLine, configOf, onDatabase } from './administration.ts';

interface Alerts {
  readonly manage: ManageAlerts;
  readonly alerts: AlertRepository;
  readonly settings: AlertSettings;
}

function withAlerts<T>(environment: Environment, work: (alerts: Alerts) => Promise<T>): Promise<T> {
  return onDatabase(configOf(environment).ALTMAP_DATABASE_URL, ({ alerts, alertSettings: settings }) =>
    work({ manage: new ManageAlerts(settings, alerts, systemClock, commandLine()), alerts, settings }),
  );
}

/**
 * Adds a receiver, and a rule of its name that sends it findings of at least this severity. The answer holds the signing
 * secret of a webhook, where it was made here.
 */
export function receiverAdd(
  environment: Environment,
  said: NewReceiver & { readonly minSeverity: Severity },
): Promise<{ secret: string | null }> {
  return withAlerts(environment, ({ manage }) => manage.addReceiver(said));
}

/** Without anything that is secret. */
export function receiverList(
  environment: Environment,
): Promise<readonly { name: string; kind: ReceiverKind; address: string }[]> {
  return withAlerts(environment, async ({ settings }) =>
    (await settings.listReceivers()).map(({ name, target }) => ({
      name,
      kind: target.kind,
      address: receiverAddress(target),
    })),
  );
}

export function receiverRemove(environment: Environment, name: string): Promise<void> {
  return withAlerts(environment, ({ manage }) => manage.removeReceiver(name));
}

/** Gives the new secret; the old one is good as well until receiverDropSecret(). */
export function receiverRotate(environment: Environment, name: string): Promise<string> {
  return withAlerts(environment, ({ manage }) => manage.rotateSecret(name));
}

export function receiverDropSecret(environment: Environment, name: string): Promise<void> {
  return withAlerts(environment, ({ manage }) => manage.dropOldSecret(name));
}

/**
 * Lets the workers, whose network counts, send a test alert and its end. Gives what came of each.
 * @throws AltmapError E_NOT_FOUND, E_UNAVAILABLE when no worker sends it in time.
 */
export async function receiverTest(environment: Environment, name: string): Promise<readonly DeliveryAttempt[]> {
  const config = configOf(environment);
  const queue = await openQueue(config.ALTMAP_QUEUE_URL ?? config.ALTMAP_DATABASE_URL, { onError: () => {} });
  try {
    return await withAlerts(environment, ({ manage, alerts }) =>
      new TestReceiver({ manage, alerts, queue, clock: systemClock, sleep }).test(name),
    );
  } finally {
    await queue.close();
  }
}

export function ruleAdd(environment: Environment, rule: NewRule): Promise<AlertRule> {
  return withAlerts(environment, ({ manage }) => manage.addRule(rule));
}

export function ruleList(environment: Environment): Promise<readonly (AlertRule & { receiver: string })[]> {
  return withAlerts(environment, async ({ settings }) => {
    const names = new Map((await settings.listReceivers()).map(({ id, name }) => [id, name]));
    return (await settings.listRules()).map((rule) => ({ ...rule, receiver: names.get(rule.receiverId) ?? '' }));
  });
}

export function ruleRemove(environment: Environment, name: string): Promise<void> {
  return withAlerts(environment, ({ manage }) => manage.removeRule(name));
}

export function silenceAdd(
  environment: Environment,
  said: { matchers: readonly Matcher[]; forMs: number; comment: string; creator?: string },
): Promise<Silence> {
  const { forMs, ...silence } = said;
  const endsAt = new Date(systemClock.now().getTime() + forMs);
  return withAlerts(environment, ({ manage }) => manage.addSilence({ ...silence, endsAt }));
}

export function silenceList(environment: Environment): Promise<readonly Silence[]> {
  return withAlerts(environment, ({ settings }) => settings.listSilences(systemClock.now()));
}

export function silenceExpire(environment: Environment, id: string): Promise<void> {
  return withAlerts(environment, ({ manage }) => manage.expireSilence(id));
}

/** Newest first. */
export function notificationList(
  environment: Environment,
  filter: NotificationFilter,
  limit: number,
): Promise<readonly NotificationRow[]> {
  return withAlerts(environment, async ({ alerts }) =>
    (await alerts.notifications(filter, { first: limit, after: null })).items.map(({ node }) => node),
  );
}

export function notificationAttempts(environment: Environment, id: string): Promise<readonly DeliveryAttempt[]> {
  return withAlerts(environment, ({ alerts }) => alerts.attempts(id));
}

/** A worker takes it at the next sweep. */
export function notificationResend(environment: Environment, id: string): Promise<void> {
  return withAlerts(environment, ({ manage }) => manage.resend(id));
}
