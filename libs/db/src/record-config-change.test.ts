import { RecordConfigChange } from '@altmap/core';
import { type DiffSymbols, diffSymbols } from '@altmap/policy';
import { freshDatabase } from '@altmap/testkit';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { type MigratedDatabase, migratedDatabase } from '../test/migrated-database.ts';
import { at, enrolled, report, stored } from '../test/samples.ts';
import { createRepositories, type Repositories } from './create-repositories.ts';

/** The use-case on Postgres: which hosts changed a symbol, and when. */

let database: MigratedDatabase;
let repositories: Repositories;
let parsed: number;
let recorder: RecordConfigChange;
beforeEach(async () => {
  database = await migratedDatabase(await freshDatabase());
  repositories = createRepositories(database.db);
  parsed = 0;
  const counting: DiffSymbols = (before, after) => {
    parsed += 1;
    return diffSymbols(before, after);
  };
  recorder = new RecordConfigChange(repositories.configHistory, repositories.blobs, counting);
});
afterEach(() => database.close());

const ALL = { first: 100, after: null };
const absent = { state: 'absent', value: null };
const set = (value: string) => ({ state: 'set', value });

async function sent(hostId: string, day: number, config: string | null): Promise<string> {
  const part =
    config === null
      ? await stored(repositories, 'cmdline', `day=${day}\n`)
      : await stored(repositories, 'config', config);
  const receivedAt = at(`2026-11-${String(day).padStart(2, '0')}T09:00:00Z`);
  const said = report(hostId, [part], { release: `6.12.${day}` });
  const committed = await repositories.reports.commit({ ...said, receivedAt });
  if ('missing' in committed) throw new Error('expected every blob to be stored');
  return committed.reportId;
}

async function history(symbol: string, hostId?: string): Promise<unknown[]> {
  const filter = { symbol, ...(hostId === undefined ? {} : { hostId }) };
  const { items } = await repositories.configHistory.symbolChanges(filter, ALL);
  return items.map(({ node }) => [node.at.toISOString().slice(8, 10), node.hostId, node.before, node.after]);
}

it('keeps what changed between the consecutive reports of a host, once', async () => {
  const { hostId } = await enrolled(repositories);
  const [one, two, three, four] = [
    await sent(hostId, 1, 'CONFIG_A=y\n'),
    await sent(hostId, 2, 'CONFIG_A=m\nCONFIG_B=y\n'),
    await sent(hostId, 3, null),
    await sent(hostId, 4, 'CONFIG_A=m\n# CONFIG_B is not set\n'),
  ];
  for (const id of [one, four, two, three, two, four]) await recorder.record(id);
  expect(await history('A')).toEqual([['02', hostId, set('y'), set('m')]]);
  expect(await history('B')).toEqual([
    ['04', hostId, set('y'), { state: 'not-set', value: null }],
    ['02', hostId, absent, set('y')],
  ]);
  expect(await history('C')).toEqual([]);
});

it('reads nothing where the config is the same, and parses a step once for all hosts that make it', async () => {
  const hosts = [];
  for (let n = 0; n < 4; n++) {
    const { hostId } = await enrolled(repositories, { name: `host-${n}` });
    hosts.push(hostId);
    await recorder.record(await sent(hostId, 1, 'CONFIG_A=y\n'));
    await recorder.record(await sent(hostId, 2, 'CONFIG_A=y\n'));
  }
  expect(parsed).toBe(0);
  for (const hostId of hosts) await recorder.record(await sent(hostId, 3, 'CONFIG_A=m\n'));
  expect(parsed).toBe(1);
  expect(await history('A')).toHaveLength(4);
  expect(await history('A', hosts[0])).toHaveLength(1);
  expect(await history('A', 'no uuid')).toEqual([]);
});

it('keeps one diff of many workers at the same moment', async () => {
  const reports = [];
  for (let n = 0; n < 6; n++) {
    const { hostId } = await enrolled(repositories, { name: `host-${n}` });
    await sent(hostId, 1, 'CONFIG_A=y\n');
    reports.push(await sent(hostId, 2, 'CONFIG_A=m\n'));
  }
  await Promise.all(reports.map((id) => recorder.record(id)));
  expect(await database.db.selectFrom('config_diff').select('id').execute()).toHaveLength(1);
  expect(await history('A')).toHaveLength(6);
});

it('gives the history page by page', async () => {
  const { hostId } = await enrolled(repositories);
  for (const day of [1, 2, 3, 4, 5]) await recorder.record(await sent(hostId, day, `CONFIG_A=${day}\n`));
  const first = await repositories.configHistory.symbolChanges({ symbol: 'A' }, { first: 3, after: null });
  expect([first.items.map(({ node }) => node.after.value), first.hasNextPage]).toEqual([['5', '4', '3'], true]);
  const after = first.items.at(-1)?.cursor ?? null;
  const second = await repositories.configHistory.symbolChanges({ symbol: 'A' }, { first: 3, after });
  expect([second.items.map(({ node }) => node.after.value), second.hasNextPage]).toEqual([['2'], false]);
});

it('compares with no report that could not be checked', async () => {
  const { hostId } = await enrolled(repositories);
  await sent(hostId, 1, 'CONFIG_A=y\n');
  const failed = await sent(hostId, 2, 'CONFIG_A=m\n');
  await repositories.checks.markFailed(failed, 'broken', at('2026-11-02T10:00:00Z'));
  await recorder.record(await sent(hostId, 3, 'CONFIG_A=n\n'));
  expect(await history('A')).toEqual([['03', hostId, set('y'), { state: 'not-set', value: null }]]);
});

it('is forgotten with its time', async () => {
  const { hostId } = await enrolled(repositories);
  for (const day of [1, 2, 3]) await recorder.record(await sent(hostId, day, `CONFIG_A=${day}\n`));
  const batch = { after: null, hosts: 10, keepReports: 10, blobsBefore: at('2026-11-01T00:00:00Z') };
  await repositories.retention.removeOld({ ...batch, before: at('2026-11-03T00:00:00Z') });
  expect((await history('A')).map((row) => (row as unknown[])[0])).toEqual(['03']);
  expect(await database.db.selectFrom('config_diff').select('id').execute()).toHaveLength(1);
  expect(await database.db.selectFrom('symbol_change').select('symbol').execute()).toHaveLength(1);
});
