import { newId } from '@altmap/core';
import { freshDatabase } from '@altmap/testkit';
import { sql } from 'kysely';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { event } from '../test/events.ts';
import { type MigratedDatabase, migratedDatabase } from '../test/migrated-database.ts';
import { assessment, at, enrolled, finding, report, sha256, stored } from '../test/samples.ts';
import { createRepositories, type Repositories } from './create-repositories.ts';

let database: MigratedDatabase;
let repositories: Repositories;
beforeEach(async () => {
  database = await migratedDatabase(await freshDatabase());
  repositories = createRepositories(database.db);
});
afterEach(() => database.close());

/** A report of November's given day, checked with a verdict set of its own unless it waits. */
async function reportOf(hostId: string, day: number, options: { waits?: boolean; set?: string } = {}): Promise<string> {
  const part = await stored(repositories, 'config', `CONFIG_DAY=${day} # ${hostId}\n`);
  const shared = await stored(repositories, 'cmdline', 'shared\n');
  const receivedAt = at(`2026-11-${String(day).padStart(2, '0')}T09:00:00Z`);
  const committed = await repositories.reports.commit({ ...report(hostId, [part, shared]), receivedAt });
  if ('missing' in committed) throw new Error('expected every blob to be stored');
  if (options.waits === true) return committed.reportId;
  const inputDigest = sha256(options.set ?? committed.reportId);
  const set = { id: newId(), inputDigest, assessment: assessment(), at: receivedAt };
  const verdictSetId = await repositories.checks.saveVerdictSet(set);
  await repositories.checks.transact(async (transaction) => {
    await transaction.lock(committed.reportId);
    await transaction.markChecked(committed.reportId, verdictSetId, [], receivedAt);
  });
  return committed.reportId;
}

const removeOld = (said: { before?: string; keepReports?: number; after?: string | null; hosts?: number } = {}) =>
  repositories.retention.removeOld({
    after: said.after ?? null,
    hosts: said.hosts ?? 100,
    before: at(said.before ?? '2026-10-01T00:00:00Z'),
    keepReports: said.keepReports ?? 100,
    blobsBefore: at('2026-12-01T00:00:00Z'),
  });

const left = async (
  table: 'report' | 'blob' | 'verdict_set' | 'device_range' | 'host' | 'finding',
): Promise<number> => {
  const { rows } = await sql<{ n: number }>`select count(*)::int as n from ${sql.table(table)}`.execute(database.db);
  return rows[0]?.n ?? -1;
};
const reportsLeft = async (): Promise<string[]> =>
  (await database.db.selectFrom('report').select('id').orderBy('received_at').execute()).map(({ id }) => id);

it('removes reports beyond the newest few, with the verdict sets and blobs that only they name', async () => {
  const { hostId } = await enrolled(repositories);
  const ids: string[] = [];
  for (const day of [1, 2, 3, 4, 5]) ids.push(await reportOf(hostId, day));
  expect(await removeOld({ keepReports: 2 })).toEqual({ last: null, reports: 3, hosts: 0 });
  expect(await reportsLeft()).toEqual(ids.slice(3));
  expect([await left('blob'), await left('verdict_set'), await left('device_range')]).toEqual([3, 2, 2]);
  expect(await removeOld({ keepReports: 2 })).toMatchObject({ reports: 0 });
});

it('removes reports past their time, but never the latest of a host', async () => {
  const { hostId } = await enrolled(repositories);
  const other = await enrolled(repositories, { name: 'other' });
  await reportOf(hostId, 1);
  const latest = await reportOf(hostId, 2);
  const only = await reportOf(other.hostId, 1, { set: 'shared' });
  expect(await removeOld({ before: '2026-11-20T00:00:00Z' })).toMatchObject({ reports: 1 });
  expect(new Set(await reportsLeft())).toEqual(new Set([latest, only]));
});

it('keeps a verdict set and blobs that another report names', async () => {
  const { hostId } = await enrolled(repositories);
  await reportOf(hostId, 1, { set: 'same' });
  await reportOf(hostId, 2, { set: 'same' });
  await removeOld({ keepReports: 1 });
  expect([await left('report'), await left('verdict_set'), await left('blob')]).toEqual([1, 1, 2]);
});

it('keeps what the newest report will be compared with, while that waits', async () => {
  const { hostId } = await enrolled(repositories);
  await reportOf(hostId, 1);
  await reportOf(hostId, 2, { waits: true });
  expect(await removeOld({ keepReports: 1 })).toMatchObject({ reports: 0 });
});

it('keeps a report while a finding names it, and resolved findings until their time', async () => {
  const { hostId } = await enrolled(repositories);
  const first = await reportOf(hostId, 1);
  await reportOf(hostId, 2);
  const resolved = finding(hostId, first, { resolvedAt: at('2026-11-02T09:00:00Z') });
  await repositories.checks.transact((transaction) =>
    transaction.applyFindings({ opened: [resolved], seen: [], resolved: [] }),
  );
  expect(await removeOld({ keepReports: 1 })).toMatchObject({ reports: 0 });
  expect(await removeOld({ keepReports: 1, before: '2026-11-03T00:00:00Z' })).toMatchObject({ reports: 1 });
  expect([await left('finding'), await left('report')]).toEqual([0, 1]);
});

it('removes a removed host with all that is its own when its time is over', async () => {
  const { hostId } = await enrolled(repositories);
  const first = await reportOf(hostId, 1);
  await reportOf(hostId, 2, { waits: true });
  await repositories.checks.transact((transaction) =>
    transaction.applyFindings({ opened: [finding(hostId, first)], seen: [], resolved: [] }),
  );
  await repositories.hosts.remove(hostId, at('2026-11-03T00:00:00Z'), event());
  expect(await removeOld({ before: '2026-11-03T00:00:00Z' })).toMatchObject({ hosts: 0 });
  expect(await removeOld({ before: '2026-11-03T00:00:01Z' })).toEqual({ last: null, reports: 2, hosts: 1 });
  for (const table of ['host', 'report', 'blob', 'verdict_set', 'finding'] as const) {
    expect([table, await left(table)]).toEqual([table, 0]);
  }
});

it('goes through the hosts in batches', async () => {
  for (const name of ['a', 'b', 'c']) {
    const { hostId } = await enrolled(repositories, { name });
    await reportOf(hostId, 1);
    await reportOf(hostId, 2);
  }
  let [after, batches]: [string | null, number] = [null, 0];
  do {
    const { last } = await removeOld({ keepReports: 1, hosts: 2, after });
    after = last;
    batches += 1;
  } while (after !== null);
  expect([batches, await left('report')]).toEqual([2, 3]);
});

it('leaves all as it is when somebody begins to use a verdict set that was to go', async () => {
  const { hostId } = await enrolled(repositories);
  await reportOf(hostId, 1, { set: 'contended' });
  await reportOf(hostId, 2, { set: 'other' });
  const waiting = await enrolled(repositories, { name: 'waiting' });
  const reportId = await reportOf(waiting.hostId, 3, { waits: true });
  const { id } = await database.db
    .selectFrom('verdict_set')
    .select('id')
    .where('input_digest', '=', Buffer.from(sha256('contended'), 'hex'))
    .executeTakeFirstOrThrow();
  const gate = Promise.withResolvers<void>();
  const used = Promise.withResolvers<void>();
  const checked = repositories.checks.transact(async (transaction) => {
    await transaction.lock(reportId);
    await transaction.markChecked(reportId, id, [], at('2026-11-03T10:00:00Z'));
    used.resolve();
    await gate.promise;
  });
  await used.promise;
  const removed = removeOld({ keepReports: 1 });
  gate.resolve();
  await checked;
  await removed;
  expect(await database.db.selectFrom('verdict_set').select('id').where('id', '=', id).execute()).toHaveLength(1);
  await removeOld({ keepReports: 1 });
  expect(await left('report')).toBe(2);
  expect(await left('verdict_set')).toBe(2);
});
