import { newId } from '@altmap/core';
import { freshDatabase } from '@altmap/testkit';
import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type MigratedDatabase, migratedDatabase } from '../test/migrated-database.ts';
import { at, enrolled, report, reported, sha256, stored } from '../test/samples.ts';
import { createRepositories, type Repositories } from './create-repositories.ts';

let database: MigratedDatabase;
let repositories: Repositories;
beforeAll(async () => {
  database = await migratedDatabase(await freshDatabase());
  repositories = createRepositories(database.db);
});
afterAll(() => database.close());

async function reportsOf(hostId: string): Promise<string[]> {
  const rows = await database.db.selectFrom('report').select('id').where('host_id', '=', hostId).execute();
  return rows.map((row) => row.id);
}

describe('commit', () => {
  it('stores a report with all its parts and makes it the latest of its host', async () => {
    const { hostId } = await enrolled(repositories);
    const config = await stored(repositories, 'config', 'CONFIG_ARM64=y\n');
    const iomem = await stored(repositories, 'iomem', '00000000-00000000 : System RAM\n');
    const sent = report(hostId, [config, iomem], {
      collectedAt: '2026-11-20T10:59:00+02:00',
      absent: [{ kind: 'dmesg', reason: 'permission denied' }],
    });
    expect(await repositories.reports.commit(sent)).toEqual({ reportId: sent.id });
    expect(await repositories.checks.load(sent.id)).toEqual({
      id: sent.id,
      hostId,
      labels: {},
      state: 'received',
      release: '6.12.0-64k',
      pageSize: 65536,
      digests: new Map([
        ['config', config.sha256],
        ['iomem', iomem.sha256],
      ]),
    });
    expect(await repositories.fleet.reportsByIds([sent.id])).toMatchObject([
      { collectedAt: at('2026-11-20T08:59:00Z'), receivedAt: sent.receivedAt, verdictSetId: null, diagnostics: [] },
    ]);
    expect(await repositories.fleet.hostsByIds([hostId])).toMatchObject([
      { latestReportId: sent.id, lastSeenAt: sent.receivedAt },
    ]);
  });

  it('stores nothing and names the blobs that are missing or have another size', async () => {
    const { hostId } = await enrolled(repositories);
    const there = await stored(repositories, 'config', 'there');
    const absent = { kind: 'iomem', sha256: sha256('never sent'), bytes: 10 } as const;
    const wrong = { ...(await stored(repositories, 'dmesg', 'sized')), bytes: 4 };
    const sent = report(hostId, [there, absent, wrong]);
    expect(await repositories.reports.commit(sent)).toEqual({ missing: [absent.sha256, wrong.sha256] });
    expect(await reportsOf(hostId)).toEqual([]);
    expect(await repositories.fleet.hostsByIds([hostId])).toMatchObject([{ latestReportId: null }]);
  });

  it('makes one report of equal reports at the same moment', async () => {
    const { hostId } = await enrolled(repositories);
    const part = await stored(repositories, 'config', 'equal');
    const answers = await Promise.all(
      Array.from({ length: 6 }, () => repositories.reports.commit(report(hostId, [part]))),
    );
    const reports = await reportsOf(hostId);
    expect(reports).toHaveLength(1);
    expect(answers).toEqual(Array.from({ length: 6 }, () => ({ reportId: reports[0] })));
  });

  it('keeps every one of different reports at the same moment, and one of them is the latest', async () => {
    const { hostId } = await enrolled(repositories);
    const part = await stored(repositories, 'config', 'different');
    const sent = Array.from({ length: 6 }, (_, n) => report(hostId, [part], { release: `6.12.${n}` }));
    await Promise.all(sent.map((one) => repositories.reports.commit(one)));
    expect(new Set(await reportsOf(hostId))).toEqual(new Set(sent.map((one) => one.id)));
    const [host] = await repositories.fleet.hostsByIds([hostId]);
    expect(sent.map((one) => one.id)).toContain(host?.latestReportId);
  });

  it('takes a report that goes back to what an earlier one said as a new report', async () => {
    const { hostId } = await enrolled(repositories);
    const part = await stored(repositories, 'config', 'back');
    const said = ['6.12.1', '6.12.2', '6.12.1'].map((release) => report(hostId, [part], { release }));
    for (const one of said) expect(await repositories.reports.commit(one)).toEqual({ reportId: one.id });
  });

  it('says that the host is gone', async () => {
    const part = await stored(repositories, 'config', 'nobody');
    await expect(repositories.reports.commit(report(newId(), [part]))).rejects.toMatchObject({ code: 'E_NOT_FOUND' });
  });

  it('waits for a removal of its blob, and then names it as missing', async () => {
    const { hostId } = await enrolled(repositories);
    const part = await stored(repositories, 'config', 'about to go');
    const sent = report(hostId, [part]);
    const answer = await database.db.transaction().execute(async (trx) => {
      await trx.deleteFrom('blob').where('sha256', '=', Buffer.from(part.sha256, 'hex')).execute();
      const committing = repositories.reports.commit(sent);
      await untilSomebodyWaits();
      return { committing };
    });
    expect(await answer.committing).toEqual({ missing: [part.sha256] });
  });
});

/** Until some session of this database waits for a lock. */
async function untilSomebodyWaits(): Promise<void> {
  const waiting = sql`
    select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'
  `;
  while ((await waiting.execute(database.db)).rows.length === 0)
    await new Promise((resolve) => setTimeout(resolve, 10));
}

describe('touchUnchanged', () => {
  it('notes that the host was seen, and only when its latest report says the same', async () => {
    const { hostId } = await enrolled(repositories);
    const part = await stored(repositories, 'config', 'touched');
    const sent = report(hostId, [part]);
    const later = at('2026-11-20T10:00:00Z');
    expect(await repositories.reports.touchUnchanged(hostId, sent.digest, later)).toBe(null);
    await repositories.reports.commit(sent);
    expect(await repositories.reports.touchUnchanged(hostId, sha256('other'), later)).toBe(null);
    expect(await repositories.reports.touchUnchanged(hostId, sent.digest, later)).toBe(sent.id);
    expect(await repositories.fleet.hostsByIds([hostId])).toMatchObject([{ lastSeenAt: later }]);
    // A slow request does not put the clock back.
    await repositories.reports.touchUnchanged(hostId, sent.digest, at('2026-11-20T09:30:00Z'));
    expect(await repositories.fleet.hostsByIds([hostId])).toMatchObject([{ lastSeenAt: later }]);
  });
});

describe('listStranded', () => {
  it('lists what is received since before a time, oldest first, and nothing that is checked or failed', async () => {
    const ids: string[] = [];
    for (const hour of ['03', '01', '02', '04']) {
      const { hostId } = await enrolled(repositories);
      const part = await stored(repositories, 'config', 'stranded');
      const sent = { ...report(hostId, [part]), receivedAt: at(`2026-11-01T${hour}:00:00Z`) };
      await repositories.reports.commit(sent);
      ids.push(sent.id);
    }
    const [third, first, second, fourth] = ids;
    if (third === undefined) throw new Error('expected an id');
    const { reports, checks } = repositories;
    expect(await reports.listStranded(at('2026-11-01T04:00:00Z'), 10)).toEqual([first, second, third]);
    expect(await reports.listStranded(at('2026-11-01T04:00:00Z'), 2)).toEqual([first, second]);
    await checks.markFailed(third, 'binary junk', at('2026-11-02T00:00:00Z'));
    expect(await reports.listStranded(at('2026-11-01T05:00:00Z'), 10)).toEqual([first, second, fourth]);
  });
});

it('keeps exactly one verdict set for a checked report and none for others', async () => {
  const { reportId } = await reported(repositories);
  const { db } = database;
  const update = (set: object) => db.updateTable('report').set(set).where('id', '=', reportId).execute();
  await expect(update({ state: 'checked', checked_at: new Date() })).rejects.toThrow(/check constraint/);
  await expect(update({ state: 'failed' })).rejects.toThrow(/check constraint/);
  await expect(update({ verdict_set_id: newId() })).rejects.toThrow(/constraint/);
  await expect(update({ state: 'lost' })).rejects.toThrow(/check constraint/);
});
