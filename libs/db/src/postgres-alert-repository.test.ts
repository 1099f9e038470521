import { type Finding, newId, type Receiver } from '@altmap/core';
import { freshDatabase } from '@altmap/testkit';
import { afterAll, beforeAll, expect, it } from 'vitest';
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

const now = at('2026-11-20T09:02:00Z');
const receiver = (name: string): Receiver => ({
  id: newId(),
  name,
  url: 'http://127.0.0.1:9/hook',
  secret: 'whsec_c2Vj',
});

async function pending(createdAt = now): Promise<{ id: string; about: Finding; to: Receiver; hostId: string }> {
  const { hostId, reportId } = await reported(repositories, { name: 'db-7', labels: { rack: 'r1' } });
  const about = finding(hostId, reportId);
  const to = receiver(newId());
  await repositories.alerts.addReceiver(to, now);
  const id = newId();
  await repositories.checks.transact(async (transaction) => {
    await transaction.applyFindings({ opened: [about], seen: [], resolved: [] });
    const { id: findingId, episode } = about;
    await transaction.addNotifications([{ id, findingId, episode, receiverId: to.id, event: 'opened', createdAt }]);
  });
  return { id, about, to, hostId };
}

const attempts = (id: string) =>
  database.db
    .selectFrom('notification_attempt')
    .select(['at', 'latency_ms', 'status', 'error'])
    .where('notification_id', '=', id)
    .orderBy('at')
    .execute();

it('loads a notification with all that its message needs', async () => {
  const { id, about, to, hostId } = await pending();
  const loaded = await repositories.alerts.load(id);
  expect(loaded).toEqual({
    id,
    findingId: about.id,
    episode: 1,
    receiverId: to.id,
    event: 'opened',
    createdAt: now,
    state: 'pending',
    finding: about,
    host: { id: hostId, machine: expect.stringMatching(/^[0-9a-f]{64}$/), name: 'db-7', labels: { rack: 'r1' } },
    receiver: to,
  });
  expect(await repositories.alerts.load(newId())).toBe(null);
});

it('keeps every attempt; the one that is taken ends it', async () => {
  const { id } = await pending();
  const failed = { at: at('2026-11-20T09:03:00Z'), latencyMs: 12.7, status: 503, error: 'HTTP 503' };
  const broken = { at: at('2026-11-20T09:04:00Z'), latencyMs: 3, status: null, error: 'ECONNREFUSED' };
  const taken = { at: at('2026-11-20T09:05:00Z'), latencyMs: 8, status: 204, error: null };
  await repositories.alerts.recordAttempt(id, failed);
  await repositories.alerts.recordAttempt(id, broken);
  expect(await repositories.alerts.load(id)).toMatchObject({ state: 'pending' });
  await repositories.alerts.recordAttempt(id, taken);
  expect(await repositories.alerts.load(id)).toMatchObject({ state: 'sent' });
  expect(await attempts(id)).toEqual([
    { at: failed.at, latency_ms: 13, status: 503, error: 'HTTP 503' },
    { at: broken.at, latency_ms: 3, status: null, error: 'ECONNREFUSED' },
    { at: taken.at, latency_ms: 8, status: 204, error: null },
  ]);
  await repositories.alerts.markDead(id, 'too late', now);
  expect(await repositories.alerts.load(id)).toMatchObject({ state: 'sent' });
});

it('keeps the reason of a notification that nobody took, and leaves it at that', async () => {
  const { id } = await pending();
  await repositories.alerts.markDead(id, 'ECONNREFUSED, 8 times', now);
  expect(await repositories.alerts.load(id)).toMatchObject({ state: 'dead' });
  const row = await database.db.selectFrom('notification').select('failure').where('id', '=', id).executeTakeFirst();
  expect(row).toEqual({ failure: 'ECONNREFUSED, 8 times' });
});

it('lists what is pending since before a time, oldest first', async () => {
  const second = await pending(at('2001-01-02T00:00:00Z'));
  const first = await pending(at('2001-01-01T00:00:00Z'));
  const third = await pending(at('2001-01-03T00:00:00Z'));
  const { alerts } = repositories;
  expect(await alerts.listStranded(at('2001-01-03T00:00:00Z'), 10)).toEqual([first.id, second.id]);
  expect(await alerts.listStranded(at('2001-01-04T00:00:00Z'), 1)).toEqual([first.id]);
  await alerts.markDead(first.id, 'gone', now);
  expect(await alerts.listStranded(at('2001-01-04T00:00:00Z'), 10)).toEqual([second.id, third.id]);
});

it('names what is there already and what is not there', async () => {
  const { alerts } = repositories;
  const to = receiver('only one');
  await alerts.addReceiver(to, now);
  await expect(alerts.addReceiver(receiver('only one'), now)).rejects.toMatchObject({
    code: 'E_CONFLICT',
    message: 'there is a receiver only one already',
  });
  expect(await alerts.listReceivers()).toContainEqual(to);
  const rule = { id: newId(), name: 'rule', receiverId: newId(), minSeverity: 'info' } as const;
  await expect(alerts.addRule(rule, now)).rejects.toMatchObject({ code: 'E_NOT_FOUND' });
});
