import { type Finding, newId, planFindingChanges, waiverFor, WaiveFindings, type WaiverRequest } from '@altmap/core';
import { freshDatabase } from '@altmap/testkit';
import { afterAll, beforeEach, expect, it } from 'vitest';
import { type MigratedDatabase, migratedDatabase } from '../test/migrated-database.ts';
import { at, finding, reported } from '../test/samples.ts';
import { createRepositories, type Repositories } from './create-repositories.ts';

const databases: MigratedDatabase[] = [];
let repositories: Repositories;
let database: MigratedDatabase;
let now = at('2026-11-20T10:00:00.000Z');
beforeEach(async () => {
  now = at('2026-11-20T10:00:00.000Z');
  database = await migratedDatabase(await freshDatabase());
  databases.push(database);
  repositories = createRepositories(database.db);
});
afterAll(async () => {
  for (const opened of databases) await opened.close();
});

const waive = (): WaiveFindings =>
  new WaiveFindings({
    waivers: repositories.waivers,
    clock: { now: () => now },
    queue: null,
    onEnqueueError: () => {},
  });
const WISH: WaiverRequest = { reason: 'known', owner: 'ann', expiresAt: at('2026-12-01T00:00:00.000Z') };

async function opened(said: Partial<Finding> = {}, labels: Record<string, string> = {}): Promise<Finding> {
  const { hostId, reportId } = await reported(repositories, { name: `host ${newId()}`, labels });
  const one = finding(hostId, reportId, said);
  await repositories.checks.transact((transaction) =>
    transaction.applyFindings({ opened: [one], seen: [], resolved: [] }),
  );
  return one;
}

const inState = async (state: 'open' | 'waived'): Promise<readonly Finding[]> =>
  (await repositories.fleet.findings({ state }, { first: 50, after: null })).items.map(({ node }) => node);
const idsIn = async (state: 'open' | 'waived'): Promise<string[]> => (await inState(state)).map(({ id }) => id).sort();

it('waives what it covers: by host, by labels and by code', async () => {
  const [prod, test] = [await opened({}, { env: 'prod', rack: '1' }), await opened({ code: 'OTHER' }, { env: 'test' })];
  const bare = await opened({}, {});
  const all = [prod.id, test.id, bare.id].sort();
  const cases: [Partial<WaiverRequest>, string[]][] = [
    [{ hostId: prod.hostId }, [prod.id]],
    [{ code: 'OTHER' }, [test.id]],
    [{ labels: ['env=prod'] }, [prod.id]],
    [{ labels: ['env!=prod'] }, [test.id, bare.id].sort()],
    [{ labels: ['env in (prod, test)'] }, [prod.id, test.id].sort()],
    [{ labels: ['env notin (prod, test)'] }, [bare.id]],
    [{ labels: ['env', '!rack'] }, [test.id]],
    [{ labels: ['env=prod'], code: 'OTHER' }, []],
  ];
  for (const [wish, expected] of cases) {
    const { waiver, waived } = await waive().add({ ...WISH, ...wish }, 'test');
    expect([wish, await idsIn('waived')]).toEqual([wish, expected]);
    expect(waived).toBe(expected.length);
    expect(await idsIn('open')).toEqual(all.filter((id) => !expected.includes(id)));
    expect(await waive().end(waiver.id, 'test')).toEqual({ reopened: expected.length });
    expect(await idsIn('open')).toEqual(all);
  }
});

it('ends at its expiry, and what it covered is open again in a new episode, first seen when it was', async () => {
  const one = await opened();
  await waive().add({ ...WISH, code: one.code }, 'test');
  await waive().endExpired();
  expect(await idsIn('waived')).toEqual([one.id]);
  now = at('2026-12-01T00:00:00.000Z');
  await waive().endExpired();
  expect(await inState('open')).toEqual([{ ...one, episode: 2, waiverId: null }]);
  const [ended] = await repositories.waivers.list({ state: 'ended' });
  expect(ended).toMatchObject({ reason: 'known', owner: 'ann', endedAt: now });
  expect(await repositories.waivers.list({ state: 'live' })).toEqual([]);
});

it('stays waived while another waiver covers it', async () => {
  const one = await opened();
  const short = await waive().add({ ...WISH, code: one.code }, 'test');
  const long = await waive().add({ ...WISH, hostId: one.hostId, expiresAt: at('2027-01-01T00:00:00.000Z') }, 'test');
  expect(long.waived).toBe(0);
  expect(await waive().end(short.waiver.id, 'test')).toEqual({ reopened: 0 });
  expect(await inState('waived')).toMatchObject([{ id: one.id, episode: 1, waiverId: long.waiver.id }]);
});

it('is not in the list of what is open on a host', async () => {
  const one = await opened();
  await waive().add({ ...WISH, hostId: one.hostId }, 'test');
  expect(await repositories.fleet.openFindingsByHosts([one.hostId])).toEqual([]);
  expect((await repositories.fleet.hosts({ severity: ['critical'] }, { first: 5, after: null })).items).toEqual([]);
});

it.each<[Partial<WaiverRequest>, string]>([
  [{ code: 'A', reason: ' ' }, 'reason: expected a text'],
  [{ code: 'A', owner: '' }, 'owner: expected a text'],
  [{ code: 'A', expiresAt: at('2026-11-20T10:00:00.000Z') }, 'expiresAt: expected a time to come'],
  [{}, 'code: expected at least one of'],
  [{ code: 'a b' }, 'code: expected the code of a finding'],
  [{ labels: ['a in ()'] }, 'labels: expected label=value'],
  [{ hostId: '0199f0de-0000-7000-8000-000000000001' }, 'there is no host'],
])('%j is refused', async (wish, message) => {
  await expect(waive().add({ ...WISH, ...wish }, 'test')).rejects.toThrow(message);
  expect(await repositories.waivers.list({ state: 'all' })).toEqual([]);
});

it('writes each change into the audit trail', async () => {
  const { waiver } = await waive().add({ ...WISH, code: 'A' }, 'command line (ann)');
  await waive().end(waiver.id, 'token t');
  await expect(waive().end(waiver.id, 'token t')).rejects.toThrow('there is no live waiver');
  const { items } = await repositories.audit.events({ object: `waiver ${waiver.id}` }, { first: 5, after: null });
  expect(items.map(({ node }) => [node.actor, node.action]).sort()).toEqual([
    ['command line (ann)', 'waiver.add'],
    ['token t', 'waiver.end'],
  ]);
});

/** A check of the host's latest report that finds the same again; `meanwhile` starts when it has read what is stored. */
async function checkedWhile(one: Finding, meanwhile: () => Promise<unknown>): Promise<void> {
  let other: Promise<unknown> = Promise.resolve();
  await repositories.checks.transact(async (transaction) => {
    await transaction.lock(one.reportId);
    const stored = await transaction.findings(one.hostId);
    const live = await transaction.waivers(now);
    const host = await transaction.host(one.hostId);
    other = meanwhile();
    await Promise.race([other, new Promise((resolve) => setTimeout(resolve, 200))]);
    const waivedBy = (code: string): string | null => waiverFor(live, host, code)?.id ?? null;
    const context = { hostId: one.hostId, reportId: one.reportId, at: now, waivedBy };
    await transaction.applyFindings(planFindingChanges(stored, [one], context));
  });
  await other;
}

it('is ended, and not forgotten, while a report of its host is checked', async () => {
  const one = await opened();
  const { waiver } = await waive().add({ ...WISH, code: one.code }, 'test');
  await checkedWhile(one, () => waive().end(waiver.id, 'test'));
  expect(await inState('open')).toMatchObject([{ id: one.id, episode: 2, waiverId: null }]);
});

it('covers what a check finds meanwhile', async () => {
  const one = await opened();
  await checkedWhile(one, () => waive().add({ ...WISH, code: one.code }, 'test'));
  expect(await idsIn('waived')).toEqual([one.id]);
});
