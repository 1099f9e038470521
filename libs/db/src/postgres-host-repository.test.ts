import { randomBytes } from 'node:crypto';
import { type HostFilter, newId } from '@altmap/core';
import { freshDatabase } from '@altmap/testkit';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type MigratedDatabase, migratedDatabase } from '../test/migrated-database.ts';
import { alerting } from '../test/alerting.ts';
import { event } from '../test/events.ts';
import { at, enrolled, finding, report, reported, sha256, stored } from '../test/samples.ts';
import { createRepositories, type Repositories } from './create-repositories.ts';

let database: MigratedDatabase;
let repositories: Repositories;
beforeAll(async () => {
  database = await migratedDatabase(await freshDatabase());
  repositories = createRepositories(database.db);
});
afterAll(() => database.close());

const eventOf = (hostId: string) => event({ action: 'host.enrol', object: `host ${hostId}` });
const now = at('2026-11-23T08:00:00Z');

function enrolment(machine: string, name = 'node-1', labels: Record<string, string> = {}) {
  return { id: newId(), machine, name, labels, token: { id: newId(), sha256: randomBytes(32) }, eventOf };
}

it('makes a host with a token that is good for it', async () => {
  const machine = sha256('a');
  const first = enrolment(machine, 'db-7', { rack: 'r1' });
  const { hostId } = await repositories.hosts.enrol({ ...first, at: at('2026-11-20T08:00:00Z') });
  expect(hostId).toBe(first.id);
  expect(await repositories.tokens.findPrincipal(first.token.sha256, now)).toEqual({
    kind: 'agent',
    tokenId: first.token.id,
    hostId,
    machine,
  });
  expect(await repositories.fleet.hostsByIds([hostId])).toEqual([
    {
      id: hostId,
      name: 'db-7',
      labels: { rack: 'r1' },
      createdAt: at('2026-11-20T08:00:00Z'),
      lastSeenAt: at('2026-11-20T08:00:00Z'),
      removedAt: null,
      latestReportId: null,
    },
  ]);
});

it('finds the host of a machine again, gives it the new name, adds the new labels, and revokes its earlier token', async () => {
  const machine = sha256('b');
  const [first, second] = [enrolment(machine, 'old', { a: '1', b: '1' }), enrolment(machine, 'new', { b: '2' })];
  const { hostId } = await repositories.hosts.enrol({ ...first, at: at('2026-11-20T08:00:00Z') });
  const again = await repositories.hosts.enrol({ ...second, at: at('2026-11-21T08:00:00Z') });
  expect(again.hostId).toBe(hostId);
  expect(await repositories.tokens.findPrincipal(first.token.sha256, now)).toBe(null);
  expect(await repositories.tokens.findPrincipal(second.token.sha256, now)).toMatchObject({ hostId });
  await repositories.hosts.enrol({ ...enrolment(machine, 'new', { b: '2' }), at: at('2026-11-22T08:00:00Z') });
  const { items } = await repositories.tokens.list({ kind: 'agent' }, ALL);
  const tokens = items.map(({ node }) => node).filter((token) => token.hostId === hostId);
  expect(tokens.map((token) => token.revokedAt)).toEqual([
    null,
    at('2026-11-22T08:00:00Z'),
    at('2026-11-21T08:00:00Z'),
  ]);
  const events = await repositories.audit.events({ object: `host ${hostId}` }, { first: 10, after: null });
  expect(events.items.map(({ node }) => node.action)).toEqual(['host.enrol', 'host.enrol', 'host.enrol']);
  expect(await repositories.fleet.hostsByIds([hostId])).toMatchObject([
    { name: 'new', labels: { a: '1', b: '2' }, createdAt: at('2026-11-20T08:00:00Z') },
  ]);
});

it('makes one host with one good token of many enrolments at the same moment', async () => {
  const machine = sha256('c');
  const enrolments = Array.from({ length: 6 }, () => enrolment(machine));
  const answers = await Promise.all(
    enrolments.map((one) => repositories.hosts.enrol({ ...one, at: at('2026-11-20T08:00:00Z') })),
  );
  expect(new Set(answers.map((answer) => answer.hostId)).size).toBe(1);
  const principals = await Promise.all(
    enrolments.map((one) => repositories.tokens.findPrincipal(one.token.sha256, now)),
  );
  expect(principals.filter((principal) => principal !== null)).toHaveLength(1);
});

it('stores names and labels that hold what Postgres cannot', async () => {
  const { hostId } = await repositories.hosts.enrol({
    ...enrolment(sha256('d'), 'nul\0name', { half: 'a\ud800b', back: '\\u0000' }),
    at: at('2026-11-20T08:00:00Z'),
  });
  expect(await repositories.fleet.hostsByIds([hostId])).toMatchObject([
    { name: 'nul\uFFFDname', labels: { half: 'a\uFFFDb', back: '\\u0000' } },
  ]);
});

const ALL = { first: 100, after: null };

it('finds hosts by id or exact name, and tells when a name is not one host’s', async () => {
  const { hosts } = repositories;
  const { hostId } = await enrolled(repositories, { name: 'only-1' });
  await enrolled(repositories, { name: 'twin' });
  await enrolled(repositories, { name: 'twin' });
  expect(await hosts.idsOf('only-1')).toEqual([hostId]);
  expect(await hosts.idsOf(hostId)).toEqual([hostId]);
  expect(await hosts.idsOf('only')).toEqual([]);
  expect(await hosts.idsOf('twin')).toHaveLength(2);
  await hosts.remove(hostId, now, event());
  expect(await hosts.idsOf('only-1')).toEqual([]);
});

it('changes labels of many at the same moment one after the other, or not at all', async () => {
  const { hosts } = repositories;
  const { hostId } = await enrolled(repositories, { labels: { n: '0' } });
  const add = () =>
    hosts.changeLabels(
      hostId,
      ({ n }) => ({ n: String(Number(n) + 1) }),
      (labels) => event({ object: `host ${hostId}`, details: { labels } }),
    );
  await Promise.all(Array.from({ length: 5 }, add));
  expect(await repositories.fleet.hostsByIds([hostId])).toMatchObject([{ labels: { n: '5' } }]);
  const refuse = (): never => {
    throw new Error('no');
  };
  await expect(hosts.changeLabels(hostId, refuse, () => event())).rejects.toThrow('no');
  expect(
    await hosts.changeLabels(
      newId(),
      (labels) => labels,
      () => event(),
    ),
  ).toBe(null);
  const { items } = await repositories.audit.events({ object: `host ${hostId}` }, ALL);
  expect(items.map(({ node }) => node.details)).toContainEqual({ labels: { n: '5' } });
  expect(items).toHaveLength(5);
});

it('removes a host with its tokens and findings, once; it is there again when it enrols again', async () => {
  const { hosts, fleet, tokens, reports, checks } = repositories;
  const { hostId, reportId } = await reported(repositories, { name: 'gone', labels: { rack: 'gone' } });
  const [host] = await fleet.hostsByIds([hostId]);
  await checks.transact(async (transaction) => {
    await transaction.applyFindings({ opened: [finding(hostId, reportId)], seen: [], resolved: [] });
  });
  expect(await hosts.remove(hostId, now, event({ object: `host ${hostId}` }))).toBe(true);
  expect(await hosts.remove(hostId, now, event({ object: `host ${hostId}` }))).toBe(false);
  expect(await hosts.remove('no uuid', now, event())).toBe(false);
  expect((await fleet.hosts({ labels: { rack: 'gone' } }, ALL)).items).toEqual([]);
  expect(await fleet.hostsByIds([hostId])).toMatchObject([{ id: hostId, removedAt: now }]);
  expect((await fleet.findings({ hostId }, ALL)).items).toEqual([]);
  const resolved = await fleet.findings({ hostId, state: 'resolved' }, ALL);
  expect(resolved.items.map(({ node }) => node.resolvedAt)).toEqual([now]);
  const live = (await tokens.list({ liveAt: now }, ALL)).items.filter(({ node }) => node.hostId === hostId);
  expect(live).toEqual([]);
  expect((await repositories.audit.events({ object: `host ${hostId}` }, ALL)).items).toHaveLength(1);

  // A report of it that still waits is judged, but is nobody's latest; another is not taken.
  await checks.transact(async (transaction) => {
    expect(await transaction.lock(reportId)).toMatchObject({ isLatest: false });
  });
  const again = report(hostId, [await stored(repositories, 'config', 'CONFIG_X=y\n')]);
  expect(await reports.touchUnchanged(hostId, again.digest, now)).toBe(null);
  await expect(reports.commit(again)).rejects.toMatchObject({ code: 'E_NOT_FOUND' });

  const { machine } = await database.db
    .selectFrom('host')
    .select('machine')
    .where('id', '=', hostId)
    .executeTakeFirstOrThrow();
  const back = await hosts.enrol({ ...enrolment(machine.toString('hex'), host?.name), at: now });
  expect(back.hostId).toBe(hostId);
  expect((await fleet.hosts({ labels: { rack: 'gone' } }, ALL)).items).toHaveLength(1);
  expect(await reports.commit(again)).toEqual({ reportId: again.id });
});

it('lets alerts on the findings of a removed host resolve', async () => {
  const { hosts, checks, alerts } = repositories;
  const { rule } = await alerting(repositories);
  const { hostId, reportId } = await reported(repositories, { name: 'alerted' });
  const open = finding(hostId, reportId);
  await checks.transact(async (transaction) => {
    await transaction.applyFindings({ opened: [open], seen: [], resolved: [] });
    const group = { key: hostId, labels: { host: 'alerted' } };
    await transaction.applyAlerts({ firing: [{ ruleId: rule.id, findingId: open.id, group }], resolved: [] }, now);
  });
  await database.db.updateTable('alert').set({ told: true }).where('finding_id', '=', open.id).execute();
  await hosts.remove(hostId, now, event());
  const later = new Date(now.getTime() + 60_000);
  expect(await alerts.listOverdueGroups(later, later, 10)).toHaveLength(1);
});

it('lists hosts by when they were last heard of', async () => {
  const { hosts, fleet } = repositories;
  const seen = async (name: string, time: string): Promise<void> => {
    await hosts.enrol({ ...enrolment(sha256(name), name, { seen: 'yes' }), at: at(time) });
  };
  await seen('early', '2026-11-20T08:00:00Z');
  await seen('late', '2026-11-21T08:00:00Z');
  const limit = at('2026-11-21T08:00:00Z');
  const names = async (filter: HostFilter): Promise<string[]> =>
    (await fleet.hosts({ labels: { seen: 'yes' }, ...filter }, ALL)).items.map(({ node }) => node.name);
  expect(await names({ seenBefore: limit })).toEqual(['early']);
  expect(await names({ seenSince: limit })).toEqual(['late']);
});
