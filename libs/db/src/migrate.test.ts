import { migrations } from '@altmap/migrations';
import { freshDatabase } from '@altmap/testkit';
import { sql } from 'kysely';
import { expect, it, onTestFinished } from 'vitest';
import { closeDatabase, createDatabase, type Database } from './database.ts';
import { migrateToLatest, pendingMigrations } from './migrate.ts';

const names = Object.keys(migrations);
const quiet = { log: () => {} };

async function emptyDatabase(url?: string): Promise<Database> {
  const options = { poolSize: 2, applicationName: 'test', onError: () => {} };
  const db = createDatabase(url ?? (await freshDatabase()), options);
  onTestFinished(() => closeDatabase(db));
  return db;
}

it('has migrations whose names sort in the order in which they are listed', () => {
  expect(names).toEqual([...names].sort());
  for (const name of names) expect(name).toMatch(/^\d{4}-\d\d-\d\dT\d{4}-[a-z0-9-]+$/);
});

it('runs every migration once, in order, and tells of each', async () => {
  const db = await emptyDatabase();
  expect(await pendingMigrations(db)).toEqual(names);
  const log: string[] = [];
  expect(await migrateToLatest(db, { log: (line) => log.push(line) })).toEqual(names);
  expect(log).toEqual(names.map((name) => `migrated: ${name}`));
  expect(await pendingMigrations(db)).toEqual([]);
  expect(await migrateToLatest(db, quiet)).toEqual([]);
});

it('lets callers at the same moment wait for each other: the later ones find nothing to do', async () => {
  const url = await freshDatabase();
  const programs = await Promise.all(Array.from({ length: 6 }, () => emptyDatabase(url)));
  const done = await Promise.all(programs.map((db) => migrateToLatest(db, quiet)));
  expect(done.toSorted((one, two) => two.length - one.length)).toEqual([names, [], [], [], [], []]);
});

it('leaves nothing by halves when a migration fails, and names it', async () => {
  const db = await emptyDatabase();
  const broken = {
    ...migrations,
    '2999-01-01T0000-broken': {
      async up(trx: Database) {
        await sql`create table half_done (id int primary key)`.execute(trx);
        await sql`select no_such_function()`.execute(trx);
      },
    },
  };
  await expect(migrateToLatest(db, { ...quiet, migrations: broken })).rejects.toThrow(
    /migration 2999-01-01T0000-broken failed: function no_such_function\(\) does not exist/,
  );
  expect(await pendingMigrations(db)).toEqual(names);
  expect(await migrateToLatest(db, quiet)).toEqual(names);
});

it('refuses a database that a newer version has migrated', async () => {
  const db = await emptyDatabase();
  const newer = { ...migrations, '2999-01-01T0000-newer': { up: async () => {} } };
  await migrateToLatest(db, { ...quiet, migrations: newer });
  await expect(migrateToLatest(db, quiet)).rejects.toThrow(/2999-01-01T0000-newer/);
});

it('gives every table a primary key, and every foreign key an index', async () => {
  const db = await emptyDatabase();
  await migrateToLatest(db, quiet);
  const withoutKey = await sql<{ name: string }>`
    select relname as name from pg_class c
    where relkind = 'r' and relnamespace = 'public'::regnamespace and relname not like 'kysely_%'
      and not exists (select from pg_constraint k where k.conrelid = c.oid and k.contype = 'p')
  `.execute(db);
  expect(withoutKey.rows).toEqual([]);
  const withoutIndex = await sql<{ name: string }>`
    select conrelid::regclass || '.' || a.attname as name from pg_constraint k
    join pg_attribute a on a.attrelid = k.conrelid and a.attnum = k.conkey[1]
    where k.contype = 'f'
      and not exists (select from pg_index i where i.indrelid = k.conrelid and i.indkey[0] = k.conkey[1])
  `.execute(db);
  expect(withoutIndex.rows).toEqual([]);
});
