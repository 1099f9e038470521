import { freshDatabase } from '@altmap/testkit';
import { afterAll, beforeAll, expect, it, onTestFinished } from 'vitest';
import { type MigratedDatabase, migratedDatabase } from '../test/migrated-database.ts';
import { at } from '../test/samples.ts';
import { createRepositories, type Repositories } from './create-repositories.ts';
import { closeDatabase, createDatabase } from './database.ts';

let url: string;
let database: MigratedDatabase;
let repositories: Repositories;
beforeAll(async () => {
  url = await freshDatabase();
  database = await migratedDatabase(url);
  repositories = createRepositories(database.db);
});
afterAll(() => database.close());

it('tells when a worker was last heard of', async () => {
  const { heartbeats } = repositories;
  const startedAt = at('2026-11-20T08:00:00Z');
  const beat = (id: string, time: string) => heartbeats.beat({ id, name: `worker ${id}`, startedAt, at: at(time) });
  expect(await heartbeats.latest()).toBe(null);
  await beat('a', '2026-11-20T08:00:10Z');
  await beat('b', '2026-11-20T08:00:05Z');
  expect(await heartbeats.latest()).toEqual(at('2026-11-20T08:00:10Z'));
  await beat('b', '2026-11-20T08:00:15Z');
  expect(await heartbeats.latest()).toEqual(at('2026-11-20T08:00:15Z'));
  await heartbeats.remove('b');
  expect(await heartbeats.latest()).toEqual(at('2026-11-20T08:00:10Z'));
  await heartbeats.prune(at('2026-11-20T08:00:10Z'));
  expect(await heartbeats.latest()).toEqual(at('2026-11-20T08:00:10Z'));
  await heartbeats.prune(at('2026-11-20T08:00:11Z'));
  expect(await heartbeats.latest()).toBe(null);
});

it('probes with a write, again and again, and is no worker for that', async () => {
  const { heartbeats } = repositories;
  await Promise.all([heartbeats.probe(), heartbeats.probe(), createRepositories(database.db).heartbeats.probe()]);
  expect(await database.db.selectFrom('readiness_probe').select('id').execute()).toHaveLength(2);
  expect(await heartbeats.latest()).toBe(null);
});

it('fails the probe where Postgres only reads, as on a standby', async () => {
  const reading = new URL(url);
  reading.searchParams.set('options', '-c default_transaction_read_only=on');
  const db = createDatabase(reading.href, { poolSize: 1, applicationName: 'test', onError: () => {} });
  onTestFinished(() => closeDatabase(db));
  await expect(createRepositories(db).heartbeats.probe()).rejects.toMatchObject({ code: 'E_UNAVAILABLE' });
});
