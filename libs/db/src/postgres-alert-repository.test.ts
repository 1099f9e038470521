import { type AlertRule, type Finding, FlushAlerts, FakeJobQueue, newId, type Receiver } from '@altmap/core';
import { freshDatabase } from '@altmap/testkit';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { alerting } from '../test/alerting.ts';
import { event } from '../test/events.ts';
import { type MigratedDatabase, migratedDatabase } from '../test/migrated-database.ts';
import { at, finding, reported } from '../test/samples.ts';
import { createRepositories, type Repositories } from './create-repositories.ts';

let database: MigratedDatabase;
let repositories: Repositories;
beforeAll(async () => {
  database = await migratedDatabase(await freshDatabase());
  repositories = createRepositories(database.db);
});
afterAll(() => database.close());

const minute = (n: number): Date => new Date(at('2026-11-20T09:00:00Z').getTime() + n * 60_000);
const taken = (when: Date) => ({ at: when, latencyMs: 8, status: 204, error: null });
const refused = (when: Date) => ({ at: when, latencyMs: 12.7, status: 503, error: 'answered 503' });

interface Scene {
  readonly receiver: Receiver;
  readonly rule: AlertRule;
  readonly about: Finding;
  readonly groupId: string;
}

/** A finding that one rule cares for, in a group of its own. */
async function scene(said: Partial<AlertRule> = {}): Promise<Scene> {
  const { hostId, reportId } = await reported(repositories, { name: 'db-7', labels: { rack: 'r1' } });
  await database.db
    .updateTable('host')
    .set({ last_seen_at: minute(0) })
    .where('id', '=', hostId)
    .execute();
  const about = finding(hostId, reportId);
  const { receiver, rule } = await alerting(repositories, said);
  await repositories.checks.transact((transaction) =>
    transaction.applyFindings({ opened: [about], seen: [], resolved: [] }),
  );
  const groupId = await change({ rule, about }, true, minute(0));
  return { receiver, rule, about, groupId };
}

async function change({ rule, about }: Pick<Scene, 'rule' | 'about'>, firing: boolean, when: Date): Promise<string> {
  const group = { key: about.id, labels: { host: 'db-7' } };
  const [changed] = await repositories.checks.transact((transaction) =>
    transaction.applyAlerts(
      firing
        ? { firing: [{ ruleId: rule.id, findingId: about.id, group }], resolved: [] }
        : { firing: [], resolved: [about.id] },
      when,
    ),
  );
  return changed?.groupId ?? '';
}

/** What a worker does with the job; gives the notification that is to be delivered. */
async function flush(groupId: string, now: Date): Promise<string | null> {
  const queue = new FakeJobQueue();
  const { alerts } = repositories;
  const handler = new FlushAlerts({ alerts, queue, clock: { now: () => now }, hostGoneMs: 86_400_000 });
  await handler.handle({ groupId, dueAt: now.toISOString() });
  const job = queue.jobs.find(({ name }) => name === 'deliver-notification');
  return job?.name === 'deliver-notification' ? job.payload.notificationId : null;
}

async function flushed(groupId: string, now: Date): Promise<string> {
  const id = await flush(groupId, now);
  if (id === null) throw new Error('expected a notification');
  return id;
}

it('writes a message with all that it says, and loads it for sending', async () => {
  const { receiver, rule, about, groupId } = await scene();
  const id = await flushed(groupId, minute(1));
  expect(await repositories.alerts.load(id)).toEqual({
    id,
    createdAt: minute(1),
    state: 'pending',
    groupId,
    receiver,
    content: {
      rule: rule.name,
      group: { id: groupId, labels: { host: 'db-7' }, isStorm: false },
      sequence: 1,
      status: 'firing',
      open: 1,
      counts: { critical: 1, warning: 0, info: 0 },
      resolved: 0,
      repeatSeconds: 86_400,
      alerts: [
        expect.objectContaining({
          status: 'firing',
          findingId: about.id,
          code: about.code,
          host: { id: about.hostId, name: 'db-7', labels: { rack: 'r1' } },
        }),
      ],
      unlisted: 0,
    },
  });
  expect(await repositories.alerts.load(newId())).toBe(null);
});

it('has one message of a group under way, and the next says what changed meanwhile', async () => {
  const told = await scene();
  const first = await flushed(told.groupId, minute(1));
  await change(told, false, minute(2));
  expect(await flush(told.groupId, minute(3))).toBe(null);
  expect(await repositories.alerts.recordAttempt(first, refused(minute(3)))).toBe(null);
  expect(await repositories.alerts.recordAttempt(first, taken(minute(4)))).toBe(told.groupId);
  const second = await flushed(told.groupId, minute(5));
  expect(await repositories.alerts.load(second)).toMatchObject({
    content: { sequence: 2, status: 'resolved', open: 0, resolved: 1, alerts: [{ status: 'resolved' }] },
  });
  expect(await repositories.alerts.recordAttempt(second, taken(minute(6)))).toBe(null);
  expect(await flush(told.groupId, minute(7))).toBe(null);
  expect(await repositories.alerts.attempts(first)).toEqual([
    { ...refused(minute(3)), latencyMs: 13 },
    taken(minute(4)),
  ]);
});

it('says nothing of what came and went before anybody was told', async () => {
  const quick = await scene();
  await change(quick, false, minute(0));
  expect(await flush(quick.groupId, minute(1))).toBe(null);
});

it('writes a message once, however many workers look at the group', async () => {
  const { groupId } = await scene();
  const ids = await Promise.all(Array.from({ length: 6 }, () => flush(groupId, minute(1))));
  expect(ids.filter((id) => id !== null)).toHaveLength(1);
});

it('makes one summary of a storm, also when all groups are looked at at once', async () => {
  const { rule, about, groupId } = await scene({ stormGroups: 3 });
  const scenes = [{ rule, about, groupId }];
  for (let n = 1; n < 8; n += 1) {
    const { hostId, reportId } = await reported(repositories);
    await database.db
      .updateTable('host')
      .set({ last_seen_at: minute(0) })
      .where('id', '=', hostId)
      .execute();
    const next = finding(hostId, reportId);
    await repositories.checks.transact((transaction) =>
      transaction.applyFindings({ opened: [next], seen: [], resolved: [] }),
    );
    scenes.push({ rule, about: next, groupId: await change({ rule, about: next }, true, minute(0)) });
  }
  const sent = await Promise.all(scenes.map((one) => flush(one.groupId, minute(1))));
  expect(sent.filter((id) => id !== null)).toEqual([]);
  const groups = await database.db
    .selectFrom('alert')
    .select('group_id')
    .distinct()
    .where('rule_id', '=', rule.id)
    .execute();
  expect(groups).toHaveLength(1);
  const summary = await flushed(String(groups[0]?.group_id), minute(2));
  expect(await repositories.alerts.load(summary)).toMatchObject({
    content: { group: { labels: {}, isStorm: true }, open: 8, counts: { critical: 8 } },
  });
});

it('keeps a dead letter, and sends it again under its id', async () => {
  const told = await scene();
  const { alerts } = repositories;
  const id = await flushed(told.groupId, minute(1));
  const before = await alerts.load(id);
  await alerts.recordAttempt(id, refused(minute(2)));
  expect(await alerts.markDead(id, 'answered 503', minute(1_441))).toBe(told.groupId);
  expect(await flush(told.groupId, minute(1_442))).toBe(null);
  const { items } = await alerts.notifications(
    { state: 'dead', receiver: told.receiver.name },
    { first: 9, after: null },
  );
  expect(items.map(({ node }) => node)).toMatchObject([{ id, failure: 'answered 503', attempts: 1, state: 'dead' }]);

  await alerts.resend(id, event());
  expect(await alerts.load(id)).toEqual(before);
  await expect(alerts.resend(id, event())).rejects.toMatchObject({ code: 'E_CONFLICT' });
  await alerts.recordAttempt(id, taken(minute(1_443)));
  expect(await flush(told.groupId, minute(1_444))).toBe(null);
  await expect(alerts.resend(newId(), event())).rejects.toMatchObject({ code: 'E_NOT_FOUND' });
  await expect(alerts.resend('7', event())).rejects.toMatchObject({ code: 'E_NOT_FOUND' });
});

it('does not send a dead letter again when a later message says all that it did', async () => {
  const told = await scene({ repeatIntervalMs: 60_000 });
  const { alerts } = repositories;
  const first = await flushed(told.groupId, minute(1));
  await alerts.markDead(first, 'answered 503', minute(2));
  const second = await flushed(told.groupId, minute(4));
  await expect(alerts.resend(first, event())).rejects.toMatchObject({ code: 'E_CONFLICT' });
  await alerts.recordAttempt(second, taken(minute(5)));
  await expect(alerts.resend(first, event())).rejects.toMatchObject({
    message: `a later message of its group says all that notification ${first} did`,
  });
});

it('finds groups whose job was lost, and those that are due again; not what is muted', async () => {
  const { alerts, alertSettings } = repositories;
  const lost = await scene({ groupWaitMs: 60_000 });
  const muted = await scene();
  const overdue = async (now: Date): Promise<string[]> =>
    (await alerts.listOverdueGroups(now, now, 1_000)).filter((id) => [lost.groupId, muted.groupId].includes(id));
  expect(await overdue(minute(0.5))).toEqual([muted.groupId]);
  const silence = { id: newId(), startsAt: minute(0), endsAt: minute(30), creator: 'me', comment: 'why' };
  const matchers = [{ name: 'code', op: '=', value: muted.about.code } as const];
  await alertSettings.addSilence({ ...silence, matchers }, event());
  expect(await flush(muted.groupId, minute(1))).toBe(null);
  expect(await overdue(minute(2))).toEqual([lost.groupId]);
  expect(await overdue(minute(31))).toEqual([lost.groupId, muted.groupId]);
  expect(await alertSettings.expireSilence(silence.id, event({ at: minute(3) }))).toBe(true);
  expect(await alertSettings.expireSilence(silence.id, event({ at: minute(3) }))).toBe(false);
  expect((await overdue(minute(4))).sort()).toEqual([lost.groupId, muted.groupId].sort());

  await alerts.recordAttempt(await flushed(lost.groupId, minute(4)), taken(minute(4)));
  await alerts.recordAttempt(await flushed(muted.groupId, minute(4)), taken(minute(4)));
  expect(await overdue(minute(1_443))).toEqual([]);
  expect(await overdue(minute(1_445))).toHaveLength(2);
  await database.db.deleteFrom('silence').execute();
});

it('lists what is pending since before a time, oldest first, and not what is settled', async () => {
  const { alerts } = repositories;
  const ids: string[] = [];
  for (const n of [2, 1]) {
    const { groupId } = await scene();
    ids.unshift(await flushed(groupId, minute(n)));
  }
  const mine = async (): Promise<string[]> =>
    (await alerts.listStranded(minute(3), 1_000)).filter((id) => ids.includes(id));
  expect(await mine()).toEqual(ids);
  await alerts.markDead(ids[0] ?? '', 'gone', minute(3));
  expect(await mine()).toEqual(ids.slice(1));
});

it('keeps the ledger of a rule that is removed, and no more of a receiver', async () => {
  const { alerts, alertSettings } = repositories;
  const { groupId, rule, receiver } = await scene();
  const id = await flushed(groupId, minute(1));
  expect(await alertSettings.removeRule(rule.name, event())).toBe(true);
  expect(await alerts.load(id)).toMatchObject({ groupId: null, state: 'pending' });
  expect(await alertSettings.removeReceiver(receiver.name, event())).toBe(true);
  expect(await alertSettings.removeReceiver(receiver.name, event())).toBe(false);
  expect(await alerts.load(id)).toBe(null);
});

it('names what is there already and what is not there; a change and its audit event come together', async () => {
  const { alertSettings, audit } = repositories;
  const { receiver, rule } = await alerting(repositories);
  const failed = event({ action: 'never' });
  await expect(alertSettings.addReceiver({ ...receiver, id: newId() }, failed)).rejects.toMatchObject({
    code: 'E_CONFLICT',
    message: `the receiver ${receiver.name} is there already`,
  });
  const orphan = { ...rule, id: newId(), name: 'orphan', receiverId: newId() };
  await expect(alertSettings.addRule(orphan, failed)).rejects.toMatchObject({ code: 'E_NOT_FOUND' });
  expect((await audit.events({ action: 'never' }, { first: 1, after: null })).items).toEqual([]);
  expect(await alertSettings.listRules()).toContainEqual(rule);
  const named = { ...receiver, id: newId(), name: `${receiver.name} anew` };
  await expect(alertSettings.addReceiver(named, failed, { rule, event: failed })).rejects.toMatchObject({
    code: 'E_CONFLICT',
    message: `the alert rule ${rule.name} is there already`,
  });
  expect(await alertSettings.listReceivers()).not.toContainEqual(named);
  expect((await audit.events({ action: 'never' }, { first: 1, after: null })).items).toEqual([]);
});

it('changes where a receiver is, one change after the other', async () => {
  const { alertSettings, audit } = repositories;
  const { receiver } = await alerting(repositories);
  const longer = (url: string): Promise<boolean> =>
    alertSettings.changeTarget(
      receiver.name,
      (target) => ({ ...target, url: `${target.url}${url}` }),
      event({ action: 'receiver.longer' }),
    );
  expect(await Promise.all(['a', 'a', 'a'].map(longer))).toEqual([true, true, true]);
  const target = { ...receiver.target, url: `${receiver.target.url}aaa` };
  expect(await alertSettings.listReceivers()).toContainEqual({ ...receiver, target });
  expect((await audit.events({ action: 'receiver.longer' }, { first: 9, after: null })).items).toHaveLength(3);
  expect(await alertSettings.changeTarget('nobody', () => target, event())).toBe(false);
  const refuse = (): never => {
    throw new Error('no');
  };
  await expect(alertSettings.changeTarget(receiver.name, refuse, event())).rejects.toThrow('no');
});
