import { type Finding, type FindingChanges, type Notification, newId } from '@altmap/core';
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

const none: FindingChanges = { opened: [], seen: [], resolved: [] };

function apply(changes: Partial<FindingChanges>): Promise<void> {
  return repositories.checks.transact((transaction) => transaction.applyFindings({ ...none, ...changes }));
}

function findings(hostId: string): Promise<readonly Finding[]> {
  return repositories.checks.transact((transaction) => transaction.findings(hostId));
}

it('keeps findings through their life: opened, seen again, resolved, opened anew', async () => {
  const { hostId, reportId } = await reported(repositories);
  const other = await reported(repositories);
  await apply({ opened: [finding(other.hostId, other.reportId)] });

  const opened = finding(hostId, reportId);
  await apply({ opened: [opened] });
  expect(await findings(hostId)).toEqual([opened]);

  const seen = { ...opened, severity: 'warning', summary: 'less bad', lastSeenAt: at('2026-11-21T09:00:00Z') } as const;
  await apply({ seen: [seen] });
  expect(await findings(hostId)).toEqual([seen]);

  const resolved = { ...seen, resolvedAt: at('2026-11-22T09:00:00Z') };
  await apply({ resolved: [resolved] });
  expect(await findings(hostId)).toEqual([resolved]);
  expect(await repositories.fleet.openFindingsByHosts([hostId])).toEqual([]);

  const anew = {
    ...opened,
    episode: 2,
    firstSeenAt: at('2026-11-23T09:00:00Z'),
    lastSeenAt: at('2026-11-23T09:00:00Z'),
  };
  await apply({ opened: [anew] });
  expect(await findings(hostId)).toEqual([anew]);
  expect(await repositories.fleet.openFindingsByHosts([hostId])).toEqual([anew]);
});

it('has one finding of a key per host', async () => {
  const { hostId, reportId } = await reported(repositories);
  await apply({ opened: [finding(hostId, reportId)] });
  await expect(apply({ opened: [finding(hostId, reportId)] })).rejects.toThrow(/unique/);
});

it('takes more findings at a time than one statement has parameters for', async () => {
  const { hostId, reportId } = await reported(repositories);
  const opened = Array.from({ length: 5_100 }, (_, n) => finding(hostId, reportId, { key: `key ${n}` }));
  await apply({ opened });
  expect(await findings(hostId)).toHaveLength(5_100);
});

it('adds a notification once for the same finding, episode, event and receiver', async () => {
  const { hostId, reportId } = await reported(repositories);
  const about = finding(hostId, reportId);
  await apply({ opened: [about] });
  const receiverId = newId();
  const at_ = at('2026-11-20T09:02:00Z');
  await repositories.alerts.addReceiver({ id: receiverId, name: 'r', url: 'http://127.0.0.1:9/', secret: 's' }, at_);
  const planned = (changes: Partial<Notification> = {}): Notification => ({
    id: newId(),
    findingId: about.id,
    episode: 1,
    receiverId,
    event: 'opened',
    createdAt: at_,
    ...changes,
  });
  const add = (...notifications: Notification[]) =>
    repositories.checks.transact((transaction) => transaction.addNotifications(notifications));

  const first = planned();
  expect(await add(first)).toEqual([first.id]);
  const [again, resolved, later] = [planned(), planned({ event: 'resolved' }), planned({ episode: 2 })];
  expect(await add(again, resolved, later)).toEqual([resolved.id, later.id]);
  expect(await repositories.alerts.load(again.id)).toBe(null);
  expect(await add()).toEqual([]);
});

it('gives the alert rules', async () => {
  const receiverId = newId();
  const time = at('2026-11-20T09:02:00Z');
  await repositories.alerts.addReceiver({ id: receiverId, name: 'ops', url: 'http://127.0.0.1:9/', secret: 's' }, time);
  const rule = { id: newId(), name: 'all that is critical', receiverId, minSeverity: 'critical' } as const;
  await repositories.alerts.addRule(rule, time);
  expect(await repositories.checks.transact((transaction) => transaction.alertRules())).toEqual([rule]);
});
