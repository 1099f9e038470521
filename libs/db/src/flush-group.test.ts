import { FakeJobQueue, FlushAlerts, newId, type RoutedAlert } from '@altmap/core';
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

/** Two findings of one host, in one group of a rule. */
async function pair(): Promise<[RoutedAlert, RoutedAlert]> {
  const { hostId, reportId } = await reported(repositories);
  await database.db
    .updateTable('host')
    .set({ last_seen_at: minute(0) })
    .where('id', '=', hostId)
    .execute();
  const { rule } = await alerting(repositories);
  const findings = ['A', 'B'].map((code) =>
    finding(hostId, reportId, { key: code, code: `${code}_${rule.name.slice(-4)}` }),
  );
  await repositories.checks.transact((transaction) =>
    transaction.applyFindings({ opened: findings, seen: [], resolved: [] }),
  );
  const routed = findings.map(({ id }) => ({ ruleId: rule.id, findingId: id, group: { key: 'one', labels: {} } }));
  return routed as [RoutedAlert, RoutedAlert];
}

async function flush(groupId: string, now: Date): Promise<string | null> {
  const queue = new FakeJobQueue();
  const { alerts } = repositories;
  await new FlushAlerts({ alerts, queue, clock: { now: () => now }, hostGoneMs: 86_400_000 }).handle({
    groupId,
    dueAt: now.toISOString(),
  });
  const job = queue.jobs.find(({ name }) => name === 'deliver-notification');
  return job?.name === 'deliver-notification' ? job.payload.notificationId : null;
}

const fire = async (one: RoutedAlert, when: Date): Promise<string> => {
  const [changed] = await repositories.checks.transact((transaction) =>
    transaction.applyAlerts({ firing: [one], resolved: [] }, when),
  );
  return changed?.groupId ?? '';
};

/** Fires in a transaction that is committed only after the group was looked at, at a time that is later by the clock. */
async function fireLate(one: RoutedAlert, when: Date, look: () => Promise<unknown>): Promise<void> {
  await repositories.checks.transact(async (transaction) => {
    await transaction.applyAlerts({ firing: [one], resolved: [] }, when);
    await look();
  });
}

it('tells of what was committed after the group was looked at, though the group waits to repeat what fires', async () => {
  const [told, late] = await pair();
  const { alerts } = repositories;
  const groupId = await fire(told, minute(0));
  await alerts.recordAttempt(String(await flush(groupId, minute(1))), {
    at: minute(1),
    latencyMs: 1,
    status: 204,
    error: null,
  });
  await fireLate(late, minute(2), () => flush(groupId, minute(3)));
  expect(await alerts.listOverdueGroups(minute(5), minute(4), 1_000)).toContain(groupId);
  expect(await flush(groupId, minute(5))).not.toBe(null);
});

it('looks again at a group of which a silence holds something back, for what it has not seen', async () => {
  const [muted, late] = await pair();
  const { alerts, alertSettings, fleet } = repositories;
  const groupId = await fire(muted, minute(0));
  const about = (await fleet.findings({}, { first: 200, after: null })).items.find(
    ({ node }) => node.id === muted.findingId,
  );
  const silence = { id: newId(), startsAt: minute(0), endsAt: minute(60), creator: 'me', comment: 'why' };
  const matchers = [{ name: 'code', op: '=', value: String(about?.node.code) } as const];
  await alertSettings.addSilence({ ...silence, matchers }, event());
  expect(await flush(groupId, minute(1))).toBe(null);
  expect(await alerts.listOverdueGroups(minute(5), minute(4), 1_000)).not.toContain(groupId);
  await fireLate(late, minute(2), () => flush(groupId, minute(3)));
  expect(await alerts.listOverdueGroups(minute(5), minute(4), 1_000)).toContain(groupId);
  expect(await flush(groupId, minute(5))).not.toBe(null);
});
