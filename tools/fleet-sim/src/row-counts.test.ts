import { closeDatabase, createDatabase } from '@altmap/db';
import { freshDatabase } from '@altmap/testkit';
import { sql } from 'kysely';
import { expect, it } from 'vitest';
import { openRowCounter, rowsBetween } from './row-counts.ts';

it('counts the rows that were written between two readings, by table', async () => {
  const url = await freshDatabase();
  const database = createDatabase(url, { poolSize: 1, applicationName: 'fleet-sim-test', onError: () => {} });
  const counter = openRowCounter(url, 0);
  try {
    const run = (text: string): Promise<unknown> => sql.raw(text).execute(database);
    const told = (): Promise<unknown> => run('select pg_stat_force_next_flush()');
    await run('create table busy (n int)');
    await run('create table idle (n int)');
    await run('insert into busy select generate_series(1, 5)');
    await told();
    const before = await counter.read();
    await run('insert into busy select generate_series(6, 8)');
    await run('update busy set n = 0 where n < 3');
    await run('delete from busy where n = 8');
    await told();
    expect(rowsBetween(before, await counter.read())).toEqual({
      'public.busy': { inserted: 3, updated: 2, deleted: 1 },
    });
  } finally {
    await counter.close();
    await closeDatabase(database);
  }
});
