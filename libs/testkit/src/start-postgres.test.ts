import { readdirSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import pg from 'pg';
import { expect, inject, it } from 'vitest';
import { freshDatabase } from './fresh-database.ts';
import { startPostgres } from './start-postgres.ts';

async function ask(url: string, sql: string): Promise<unknown> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query({ text: sql, rowMode: 'array' })).rows[0]?.[0];
  } finally {
    await client.end();
  }
}

/** Directories of this process only: other test runs may be under way. */
function directories(): string[] {
  return readdirSync(tmpdir())
    .filter((name) => name.startsWith('altmap-test-postgres-'))
    .filter((name) => readOwner(name) === process.pid);
}

function readOwner(name: string): number | null {
  try {
    return Number(readFileSync(path.join(tmpdir(), name, 'owner.pid'), 'utf8'));
  } catch {
    return null;
  }
}

it('shares one real Postgres 18 among the test files', async () => {
  expect(await ask(inject('postgresUrl'), 'show server_version')).toMatch(/^18\./);
});

it('gives every caller an empty database', async () => {
  const [one, two] = await Promise.all([freshDatabase(), freshDatabase()]);
  expect(one).not.toBe(two);
  await ask(one, 'create table only_here (id int)');
  expect(await ask(two, "select to_regclass('only_here')::text")).toBe(null);
});

it('leaves neither a server nor files behind', async () => {
  const before = directories();
  const postgres = await startPostgres();
  const added = directories().filter((name) => !before.includes(name));
  expect(added).toHaveLength(1);
  expect(await ask(postgres.url, 'select 1')).toBe(1);
  await postgres.stop();
  expect(directories()).not.toContain(added[0]);
  await expect(ask(postgres.url, 'select 1')).rejects.toThrow('ECONNREFUSED');
});

it('can be killed or shut down, comes back on the same port, and has kept what was committed', async () => {
  const postgres = await startPostgres();
  try {
    const url = await postgres.createDatabase();
    await ask(url, 'create table kept as select 7 as value');
    await postgres.kill();
    await expect(ask(url, 'select 1')).rejects.toThrow('ECONNREFUSED');
    await postgres.restart();
    expect(await ask(url, 'select value from kept')).toBe(7);
    await postgres.shutDown();
    await expect(ask(url, 'select 1')).rejects.toThrow('ECONNREFUSED');
    await postgres.restart();
    expect(await ask(url, 'select value from kept')).toBe(7);
  } finally {
    await postgres.stop();
  }
});
