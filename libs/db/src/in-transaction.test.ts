import { freshDatabase } from '@altmap/testkit';
import { sql } from 'kysely';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type MigratedDatabase, migratedDatabase } from '../test/migrated-database.ts';
import { inTransaction } from './in-transaction.ts';

let database: MigratedDatabase;
beforeAll(async () => {
  database = await migratedDatabase(await freshDatabase());
  await sql`create table pair (id int primary key, n int not null)`.execute(database.db);
  await sql`insert into pair values (1, 0), (2, 0)`.execute(database.db);
});
afterAll(() => database.close());

it('runs again what lost to another in a deadlock', async () => {
  let attempts = 0;
  // Each takes its first row, waits until the other has its own, and then wants the other's.
  const arrived = [Promise.withResolvers<void>(), Promise.withResolvers<void>()] as const;
  const work = (first: 1 | 2, second: 1 | 2) =>
    inTransaction(database.db, async (trx) => {
      attempts += 1;
      await sql`update pair set n = n + 1 where id = ${first}`.execute(trx);
      arrived[first - 1]?.resolve();
      await arrived[second - 1]?.promise;
      await sql`update pair set n = n + 1 where id = ${second}`.execute(trx);
    });
  await Promise.all([work(1, 2), work(2, 1)]);
  expect(attempts).toBe(3);
  expect((await sql`select n from pair order by id`.execute(database.db)).rows).toEqual([{ n: 2 }, { n: 2 }]);
});

it('gives up in the end, and at once on any other error', async () => {
  let attempts = 0;
  const fail = (sqlstate: string) =>
    inTransaction(database.db, async (trx) => {
      attempts += 1;
      await sql`update pair set n = 99`.execute(trx);
      await sql.raw(`do $$ begin raise exception 'no luck' using errcode = '${sqlstate}'; end $$`).execute(trx);
    });
  await expect(fail('40001')).rejects.toThrow('no luck');
  expect(attempts).toBe(5);
  await expect(fail('23514')).rejects.toThrow('no luck');
  expect(attempts).toBe(6);
  expect((await sql`select from pair where n = 99`.execute(database.db)).rows).toEqual([]);
});
