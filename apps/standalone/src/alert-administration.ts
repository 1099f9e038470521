import { setTimeout as sleep } from 'node:timers/promises';
import {
  type AlertRepository,
  type AlertRule,
  type AlertSettings,
  type DeliveryAttempt,
  ManageAlerts,
  type NewRule,
  type NotificationFilter,
  type NotificationRow,
  newId,
  newWebhookSecret,
  receiverAddress,
  type Silence,
  systemClock,
} from '@altmap/core';
import type { Environment } from '@altmap/platform';
import { AltmapError, type Matcher, type ReceiverKind, type ReceiverTarget, Severity } from '@altmap/protocol';
import { openQueue } from '@altmap/queue';
import { commandLine, configOf, onDatabase } from './administration.ts';

/** Longer than a worker that lost the job of a message takes to find it again. Milliseconds. */
const TESTED_WITHIN_MS = 60_000;

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

/** Adds a webhook and a rule that sends it findings. The answer holds the signing secret. */
export async function receiverAdd(
  environment: Environment,
  options: { name: string; url: string; minSeverity: string },
): Promise<{ secret: string }> {
  const secret = newWebhookSecret();
  const target: ReceiverTarget = { kind: 'webhook', url: new URL(options.url).href, secrets: [secret] };
  await receiverAddTarget(environment, { name: options.name, target, minSeverity: options.minSeverity });
  return { secret };
}

/** Adds a receiver of any kind, and a rule of its name that sends it findings of at least this severity. */
export function receiverAddTarget(
  environment: Environment,
  { name, target, minSeverity }: { name: string; target: ReceiverTarget; minSeverity: string },
): Promise<void> {
  return withAlerts(environment, async ({ manage }) => {
    const severity = Severity.parse(minSeverity);
    await manage.addReceiver(name, target);
    await manage.addRule({ name, receiver: name, minSeverity: severity });
  });
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
    return await withAlerts(environment, async ({ manage, alerts }) => {
      const groupId = newId();
      const attempts: DeliveryAttempt[] = [];
      for (const status of ['firing', 'resolved'] as const) {
        const notificationId = await manage.testReceiver(name, groupId, status);
        await queue.add({ name: 'deliver-notification', payload: { notificationId } });
        const attempt = await firstAttempt(alerts, notificationId);
        attempts.push(attempt);
        if (attempt.error !== null) break;
      }
      return attempts;
    });
  } finally {
    await queue.close();
  }
}

async function firstAttempt(alerts: AlertRepository, notificationId: string): Promise<DeliveryAttempt> {
  for (const until = Date.now() + TESTED_WITHIN_MS; Date.now() < until; await sleep(100)) {
    const [attempt] = await alerts.attempts(notificationId);
    if (attempt !== undefined) return attempt;
  }
  throw new AltmapError('E_UNAVAILABLE', `no worker sent it within ${TESTED_WITHIN_MS / 1_000} seconds: does one run?`);
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
