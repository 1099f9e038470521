import { freshDatabase } from '@altmap/testkit';
import { sql } from 'kysely';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type MigratedDatabase, migratedDatabase } from '../test/migrated-database.ts';
import { at } from '../test/samples.ts';
import { createRepositories, type Repositories } from './create-repositories.ts';

let database: MigratedDatabase;
let repositories: Repositories;
beforeAll(async () => {
  database = await migratedDatabase(await freshDatabase());
  repositories = createRepositories(database.db);
});
afterAll(() => database.close());

it('counts for all at the same moment, each key by itself', async () => {
  const { rateCounter } = repositories;
  const totals = await Promise.all(Array.from({ length: 20 }, () => rateCounter.add('a', 2, 60_000)));
  expect(Math.max(...totals.map(({ total }) => total))).toBe(40);
  for (const { msLeft } of totals) {
    expect(msLeft).toBeGreaterThan(0);
    expect(msLeft).toBeLessThanOrEqual(60_000);
  }
  expect((await rateCounter.add('b', 1, 60_000)).total).toBe(1);
});

it('begins anew when the time is over, and forgets what is long over', async () => {
  const { rateCounter, retention } = repositories;
  await rateCounter.add('c', 5, 60_000);
  await sql`update rate_counter set expires_at = now() where key = 'c'`.execute(database.db);
  expect((await rateCounter.add('c', 1, 60_000)).total).toBe(1);

  await sql`update rate_counter set expires_at = now() - interval '2 hours' where key = 'c'`.execute(database.db);
  const batch = { after: null, hosts: 1, keepReports: 1, before: at('2026-11-01T00:00:00Z') };
  await retention.removeOld({ ...batch, blobsBefore: batch.before });
  expect(await database.db.selectFrom('rate_counter').select('key').where('key', '=', 'c').execute()).toEqual([]);
});
