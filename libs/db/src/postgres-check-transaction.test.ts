import type { Finding, FindingChanges } from '@altmap/core';
import { freshDatabase } from '@altmap/testkit';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { alerting } from '../test/alerting.ts';
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

it('routes alerts into groups, once for each rule and finding, and tells what changed', async () => {
  const { hostId, reportId } = await reported(repositories);
  const [one, two] = [finding(hostId, reportId, { key: 'one' }), finding(hostId, reportId, { key: 'two' })];
  await apply({ opened: [one, two] });
  const { rule } = await alerting(repositories, { groupWaitMs: 7 });
  const time = at('2026-11-20T09:02:00Z');
  const group = { key: 'k', labels: { host: 'h' } };
  const change = (firing: Finding[], resolved: Finding[] = []) =>
    repositories.checks.transact((transaction) => {
      const routed = firing.map(({ id }) => ({ ruleId: rule.id, findingId: id, group }));
      return transaction.applyAlerts({ firing: routed, resolved: resolved.map(({ id }) => id) }, time);
    });
  const first = await change([one, two]);
  expect(first).toEqual([{ groupId: expect.any(String), groupWaitMs: 7 }]);
  expect(await change([one, two])).toEqual([]);
  expect(await change([], [one])).toEqual(first);
  expect(await change([], [one])).toEqual([]);
  expect(await change([one])).toEqual(first);
  const alerts = await database.db
    .selectFrom('alert')
    .select(['firing', 'told'])
    .where('rule_id', '=', rule.id)
    .execute();
  expect(alerts).toEqual(Array.from({ length: 2 }, () => ({ firing: true, told: false })));
});

it('makes one group for many checks at the same moment', async () => {
  const { rule } = await alerting(repositories);
  const found = await Promise.all(
    Array.from({ length: 12 }, async () => {
      const { hostId, reportId } = await reported(repositories);
      const about = finding(hostId, reportId);
      await apply({ opened: [about] });
      return about;
    }),
  );
  const groups = await Promise.all(
    found.map(({ id: findingId }) =>
      repositories.checks.transact((transaction) =>
        transaction.applyAlerts(
          {
            firing: ['a', 'b'].map((key) => ({ ruleId: rule.id, findingId, group: { key, labels: {} } })).slice(0, 1),
            resolved: [],
          },
          at('2026-11-20T09:02:00Z'),
        ),
      ),
    ),
  );
  expect(new Set(groups.flat().map(({ groupId }) => groupId)).size).toBe(1);
});

it('gives the alert rules and the host', async () => {
  const { rule } = await alerting(repositories, {
    matchers: [{ name: 'rack', op: '=~', value: 'r.*' }],
    groupBy: ['rack', 'code'],
  });
  const rules = await repositories.checks.transact((transaction) => transaction.alertRules());
  expect(rules.find(({ id }) => id === rule.id)).toEqual(rule);
  const { hostId } = await reported(repositories, { name: 'db-7', labels: { rack: 'r1' } });
  expect(await repositories.checks.transact((transaction) => transaction.host(hostId))).toMatchObject({
    id: hostId,
    name: 'db-7',
    labels: { rack: 'r1' },
  });
});
