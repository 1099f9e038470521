import { newId } from '@altmap/core';
import { freshDatabase } from '@altmap/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type MigratedDatabase, migratedDatabase } from '../test/migrated-database.ts';
import { assessment, at, finding, range, report, reported, sha256, stored, verdict } from '../test/samples.ts';
import { createRepositories, type Repositories } from './create-repositories.ts';

let database: MigratedDatabase;
let repositories: Repositories;
beforeAll(async () => {
  database = await migratedDatabase(await freshDatabase());
  repositories = createRepositories(database.db);
});
afterAll(() => database.close());

/** A host whose latest report was judged so for its own kernel, as it is; the other questions all have `unknown`. */
async function judged(
  name: string,
  outcome: 'ok' | 'refused' | 'oops',
  options: { labels?: Record<string, string>; pageSize?: 4096 | 16384 | 65536 | null } = {},
): Promise<{ hostId: string; reportId: string; verdictSetId: string }> {
  const { labels = {}, pageSize = 65536 } = options;
  const { hostId, reportId } = await reported(repositories, { name, labels, said: { pageSize } });
  const unknown = { ...verdict.result, outcome: 'unknown' } as const;
  const verdicts = [
    { ...verdict, result: { ...verdict.result, outcome, reason: outcome.toUpperCase() } },
    { ...verdict, question: 'made-anew', result: unknown },
    { ...verdict, basis: 'what-if', pageSize: 4096, result: unknown },
  ] as const;
  const verdictSetId = await repositories.checks.saveVerdictSet({
    id: newId(),
    inputDigest: sha256(newId()),
    assessment: assessment({ ranges: [range, { ...range, name: 'namespace1.0' }], verdicts }),
    at: at('2026-11-20T09:01:00Z'),
  });
  await repositories.checks.transact((transaction) => transaction.markChecked(reportId, verdictSetId, [], new Date()));
  return { hostId, reportId, verdictSetId };
}

const open = (...findings: ReturnType<typeof finding>[]) =>
  repositories.checks.transact((transaction) =>
    transaction.applyFindings({ opened: findings, seen: [], resolved: [] }),
  );

async function allPages<T>(
  read: (after: string | null) => Promise<{ items: readonly { cursor: string; node: T }[]; hasNextPage: boolean }>,
) {
  const nodes: T[] = [];
  for (let after: string | null = null; ; ) {
    const page = await read(after);
    nodes.push(...page.items.map((item) => item.node));
    if (!page.hasNextPage) return nodes;
    after = page.items.at(-1)?.cursor ?? null;
  }
}

describe('hosts', () => {
  const names = ['a', 'B', 'b', 'b', 'b', 'c-ü', 'é', 'Z'];
  let hosts: Record<string, { hostId: string; reportId: string }>;
  beforeAll(async () => {
    for (const name of names) await reported(repositories, { name: `list ${name}` });
    hosts = {
      fine: await judged('filter fine', 'ok', { labels: { rack: 'r1', env: 'prod' } }),
      small: await judged('filter small', 'refused', { labels: { rack: 'r2', env: 'prod' }, pageSize: 4096 }),
      broken: await judged('filter broken', 'oops', { labels: { rack: 'r1' }, pageSize: 16384 }),
      mute: await judged('filter 100%_MUTE', 'ok', { pageSize: null }),
    };
    await open(finding(hosts.small?.hostId ?? '', hosts.small?.reportId ?? '', { severity: 'warning' }));
    await open(finding(hosts.broken?.hostId ?? '', hosts.broken?.reportId ?? '', { severity: 'critical' }));
    const resolvedAt = at('2026-11-21T09:00:00Z');
    await open(finding(hosts.fine?.hostId ?? '', hosts.fine?.reportId ?? '', { severity: 'critical', resolvedAt }));
  });

  it.each([1, 2, 3, 100])('come in the order of name and id, %i at a time, each once', async (first) => {
    const found = await allPages((after) => repositories.fleet.hosts({ name: 'list ' }, { first, after }));
    expect(found.map((host) => host.name)).toEqual(names.map((name) => `list ${name}`).sort());
    expect(new Set(found.map((host) => host.id)).size).toBe(names.length);
  });

  it('tell that there is no next page when the last is full', async () => {
    const page = await repositories.fleet.hosts({ name: 'list ' }, { first: names.length, after: null });
    expect(page).toMatchObject({ hasNextPage: false });
    expect(page.items).toHaveLength(names.length);
  });

  it.each([
    ['nothing', {}, ['fine', 'small', 'broken', 'mute']],
    ['outcome, own kernel and as it is', { outcome: ['refused', 'oops'] }, ['small', 'broken']],
    ['an outcome that only other questions have', { outcome: ['unknown'] }, []],
    ['page size', { pageSize: [4096, 16384] }, ['small', 'broken']],
    ['labels, all of them', { labels: { rack: 'r1', env: 'prod' } }, ['fine']],
    ['no labels', { labels: {} }, ['fine', 'small', 'broken', 'mute']],
    ['severity of open findings', { severity: ['critical'] }, ['broken']],
    ['severities', { severity: ['critical', 'warning'] }, ['small', 'broken']],
    ['no severity at all', { severity: [] }, []],
    ['several at a time', { labels: { rack: 'r1' }, outcome: ['ok'] }, ['fine']],
  ])('can be filtered by %s', async (_what, filter, expected) => {
    const page = await repositories.fleet.hosts({ name: 'filter', ...filter }, { first: 100, after: null });
    const ids = page.items.map((item) => item.node.id);
    expect(new Set(ids)).toEqual(new Set(expected.map((name) => hosts[name]?.hostId)));
  });

  it.each([
    ['case ignored', 'FILTER FINE', ['fine']],
    ['with signs that are patterns elsewhere', '100%_mute', ['mute']],
    ['that nobody has', 'filter%', []],
    ['that nobody can have', 'filter\0', []],
  ])('can be filtered by a part of the name %s', async (_what, name, expected) => {
    const page = await repositories.fleet.hosts({ name }, { first: 100, after: null });
    expect(page.items.map((item) => item.node.id)).toEqual(expected.map((one) => hosts[one]?.hostId));
  });

  it('refuse a cursor that they did not give', async () => {
    const wrong = repositories.fleet.hosts({}, { first: 1, after: 'bm90IG91cnM' });
    await expect(wrong).rejects.toMatchObject({ code: 'E_BAD_CURSOR' });
  });
});

describe('findings', () => {
  let hostIds: string[];
  beforeAll(async () => {
    const hosts = [await reported(repositories, { labels: { zone: 'f' } }), await reported(repositories)];
    hostIds = hosts.map((host) => host.hostId);
    const [one, two] = hosts;
    if (one === undefined || two === undefined) throw new Error('expected two hosts');
    const same = at('2027-01-02T00:00:00.123Z');
    await open(
      finding(one.hostId, one.reportId, { ...key(1), firstSeenAt: same, code: 'F_A' }),
      finding(one.hostId, one.reportId, { ...key(2), firstSeenAt: same, code: 'F_B', severity: 'info' }),
      finding(two.hostId, two.reportId, { ...key(3), firstSeenAt: same, code: 'F_A' }),
      finding(two.hostId, two.reportId, { ...key(4), firstSeenAt: at('2027-01-03T00:00:00Z'), code: 'F_C' }),
      finding(one.hostId, one.reportId, { ...key(5), firstSeenAt: at('2027-01-01T00:00:00Z'), code: 'F_C' }),
      finding(one.hostId, one.reportId, {
        ...key(6),
        firstSeenAt: at('2027-01-04T00:00:00Z'),
        resolvedAt: at('2027-01-05T00:00:00Z'),
        code: 'F_A',
      }),
    );
  });
  // Ids in the order of the keys: they decide among findings of the same time.
  const key = (n: number) => ({ key: `k${n}`, id: `00000000-0000-7000-8000-00000000000${n}` });
  const codes = { code: ['F_A', 'F_B', 'F_C'] };

  it.each([1, 2, 100])('come newest first seen first, %i at a time, each once', async (first) => {
    const found = await allPages((after) => repositories.fleet.findings(codes, { first, after }));
    expect(found.map((one) => one.key)).toEqual(['k4', 'k3', 'k2', 'k1', 'k5']);
  });

  it.each([
    ['open ones alone by default', {}, ['k4', 'k3', 'k2', 'k1', 'k5']],
    ['resolved', { state: 'resolved' }, ['k6']],
    ['all', { state: 'all' }, ['k6', 'k4', 'k3', 'k2', 'k1', 'k5']],
    ['code', { code: ['F_C'] }, ['k4', 'k5']],
    ['severity', { severity: ['info'] }, ['k2']],
    ['label of the host', { labels: { zone: 'f' } }, ['k2', 'k1', 'k5']],
    ['a host that is no id', { hostId: 'not an id' }, []],
  ] as const)('can be filtered: %s', async (_what, filter, expected) => {
    const page = await repositories.fleet.findings({ ...codes, ...filter }, { first: 100, after: null });
    expect(page.items.map((item) => item.node.key)).toEqual(expected);
  });

  it('can be filtered by host', async () => {
    const hostId = hostIds[1] ?? '';
    const page = await repositories.fleet.findings({ ...codes, hostId }, { first: 100, after: null });
    expect(page.items.map((item) => item.node.key)).toEqual(['k4', 'k3']);
  });

  it('refuse a cursor of another list', async () => {
    const { items } = await repositories.fleet.hosts({}, { first: 1, after: null });
    const wrong = repositories.fleet.findings({}, { first: 1, after: items[0]?.cursor ?? '' });
    await expect(wrong).rejects.toMatchObject({ code: 'E_BAD_CURSOR' });
  });

  it('come for many hosts at a time, open ones alone', async () => {
    const found = await repositories.fleet.openFindingsByHosts([...hostIds, newId(), 'not an id']);
    const keys = hostIds.map((id) => found.filter((one) => one.hostId === id).map((one) => one.key));
    expect(keys).toEqual([
      ['k2', 'k1', 'k5'],
      ['k4', 'k3'],
    ]);
  });
});

describe('by ids', () => {
  it('gives reports, their device ranges and their verdicts', async () => {
    const { reportId, verdictSetId } = await judged('by id', 'refused');
    const { fleet } = repositories;
    const [report] = await fleet.reportsByIds([reportId, newId(), 'not an id']);
    expect(report).toMatchObject({ id: reportId, state: 'checked', verdictSetId, release: '6.12.0-64k' });

    const ranges = await fleet.deviceRangesByVerdictSets([verdictSetId, newId()]);
    expect(ranges).toEqual([
      { ...range, id: expect.any(String), verdictSetId },
      { ...range, name: 'namespace1.0', id: expect.any(String), verdictSetId },
    ]);
    const ids = ranges.map((one) => one.id);
    const verdicts = await fleet.verdictsByDeviceRanges(ids, {});
    expect(verdicts.map((one) => [one.basis, one.question, one.pageSize, one.outcome])).toEqual([
      ['own', 'as-is', 65536, 'refused'],
      ['own', 'made-anew', 65536, 'unknown'],
      ['what-if', 'as-is', 4096, 'unknown'],
    ]);
    expect(verdicts[0]).toEqual({
      id: expect.any(String),
      deviceRangeId: ids[0],
      basis: 'own',
      target: null,
      pageSize: 65536,
      question: 'as-is',
      mode: 'fsdax',
      align: verdict.align,
      outcome: 'refused',
      reason: 'REFUSED',
      sentence: verdict.sentence,
      engineVersion: 'engine-1',
      result: { ...verdict.result, outcome: 'refused', reason: 'REFUSED' },
      remedies: verdict.remedies,
    });
    const count = async (filter: object) => (await fleet.verdictsByDeviceRanges(ids, filter)).length;
    expect(await count({ basis: ['what-if'] })).toBe(1);
    expect(await count({ question: ['as-is'] })).toBe(2);
    expect(await count({ pageSize: [65536] })).toBe(2);
    expect(await count({ outcome: ['unknown'] })).toBe(2);
    expect(await count({ outcome: ['unknown'], basis: ['own'] })).toBe(1);
  });

  it('gives the reports of one host, newest first, each once, with what is absent and why', async () => {
    const absent = [{ kind: 'dmesg' as const, reason: 'not permitted' }];
    const { hostId, reportId } = await reported(repositories, { name: 'often', said: { absent } });
    await reported(repositories, { name: 'another' });
    const ids = [reportId];
    for (const [i, minute] of ['01', '01', '02'].entries()) {
      const part = await stored(repositories, 'cmdline', `often=${i}`);
      const next = { ...report(hostId, [part]), receivedAt: at(`2026-11-20T09:${minute}:00Z`) };
      await repositories.reports.commit(next);
      ids.unshift(next.id);
    }
    for (const first of [1, 2, 4]) {
      const found = await allPages((after) => repositories.fleet.reportsOfHost(hostId, { first, after }));
      expect(found.map(({ id }) => id)).toEqual(ids);
      expect(found.map((one) => one.absent)).toEqual([[], [], [], absent]);
    }
    for (const none of [newId(), 'junk']) {
      const page = await repositories.fleet.reportsOfHost(none, { first: 1, after: null });
      expect(page).toEqual({ items: [], hasNextPage: false });
    }
  });

  it('gives nothing for no ids', async () => {
    const { fleet } = repositories;
    expect(await fleet.hostsByIds([])).toEqual([]);
    expect(await fleet.reportsByIds([])).toEqual([]);
    expect(await fleet.deviceRangesByVerdictSets([])).toEqual([]);
    expect(await fleet.verdictsByDeviceRanges([], {})).toEqual([]);
    expect(await fleet.openFindingsByHosts([])).toEqual([]);
  });
});
