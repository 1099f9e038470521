import { freePort, freshDatabase, startPostgres } from '@altmap/testkit';
import { sql } from 'kysely';
import { expect, it, onTestFinished } from 'vitest';
import { closeDatabase, createDatabase, type Database } from './database.ts';

function open(url: string, onError: (error: Error) => void = () => {}, poolSize = 1): Database {
  const db = createDatabase(url, { poolSize, applicationName: 'altmap test', onError });
  onTestFinished(() => closeDatabase(db));
  return db;
}

const backend = async (db: Database): Promise<number | undefined> =>
  (await sql<{ pid: number }>`select pg_backend_pid() as pid`.execute(db)).rows[0]?.pid;

it('reads bigint and counts as exact numbers, and refuses those that a number cannot hold', async () => {
  const db = open(await freshDatabase());
  const { rows } = await sql`select 9007199254740991::bigint as big, count(*) as n from generate_series(1, 3)`.execute(
    db,
  );
  expect(rows).toEqual([{ big: Number.MAX_SAFE_INTEGER, n: 3 }]);
  await expect(sql`select 9007199254740993::bigint as big`.execute(db)).rejects.toThrow('9007199254740993');
});

it('gives its name to Postgres', async () => {
  const db = open(await freshDatabase());
  const { rows } = await sql`select current_setting('application_name') as name`.execute(db);
  expect(rows).toEqual([{ name: 'altmap test' }]);
});

it('lives through connections that break while nobody uses them', async () => {
  const url = await freshDatabase();
  const errors: Error[] = [];
  const db = open(url, (error) => errors.push(error));
  const pid = await backend(db);
  await sql`select pg_terminate_backend(${pid})`.execute(open(url));
  await expect.poll(() => errors.length).toBe(1);
  expect(await backend(db)).not.toBe(pid);
});

it('lives through a connection that breaks inside a transaction, between two queries', async () => {
  const url = await freshDatabase();
  const errors: Error[] = [];
  const db = open(url, (error) => errors.push(error));
  const work = db.transaction().execute(async (trx) => {
    const pid = (await sql<{ pid: number }>`select pg_backend_pid() as pid`.execute(trx)).rows[0]?.pid;
    await sql`select pg_terminate_backend(${pid})`.execute(open(url));
    await expect.poll(() => errors.length).toBe(1);
    await sql`select 1`.execute(trx);
  });
  await expect(work).rejects.toMatchObject({ code: 'E_UNAVAILABLE' });
  expect(await backend(db)).toEqual(expect.any(Number));
});

it('says E_UNAVAILABLE while a query is cut off, and while nobody listens', async () => {
  const postgres = await startPostgres();
  onTestFinished(() => postgres.stop());
  const db = open(postgres.url);
  await backend(db);
  const slow = sql`select pg_sleep(60)`.execute(db);
  const cut = expect(slow).rejects.toMatchObject({ code: 'E_UNAVAILABLE', status: 503 });
  await expect
    .poll(
      async () =>
        (
          await sql`select from pg_stat_activity where query like '%pg_sleep(60)' and state = 'active' and pid <> pg_backend_pid()`.execute(
            open(postgres.url),
          )
        ).rows.length,
    )
    .toBe(1);
  await postgres.stop();
  await cut;
  await expect(backend(db)).rejects.toMatchObject({ code: 'E_UNAVAILABLE' });

  const nobody = open(`postgres://nobody@127.0.0.1:${await freePort()}/none`);
  await expect(backend(nobody)).rejects.toMatchObject({ code: 'E_UNAVAILABLE' });
});

it('leaves the errors of a wrong query and of a wrong password as they are', async () => {
  const url = await freshDatabase();
  await expect(sql`select no_such_column`.execute(open(url))).rejects.toMatchObject({ code: '42703' });
  const stranger = new URL(url);
  stranger.password = 'wrong';
  await expect(backend(open(stranger.href))).rejects.toMatchObject({ code: '28P01' });
});
