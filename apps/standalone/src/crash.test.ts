import { fileURLToPath } from 'node:url';
import { freePort, freshDatabase, startRedis } from '@altmap/testkit';
import { afterAll, afterEach, beforeAll, describe, expect, inject, it, vi } from 'vitest';
import { type Bundle, bundle } from './testing/bundle.ts';
import { Fleet } from './testing/fleet.ts';
import { openSite, type Site } from './testing/site.ts';

const TEST_MS = 180_000;
const PATIENCE = { timeout: 90_000, interval: 50 };
const REPORTS = 300;

let bundled: Bundle<'api' | 'worker'>;
beforeAll(async () => {
  const worker = fileURLToPath(new URL('./testing/slow-worker/main.ts', import.meta.url));
  bundled = await bundle({ api: 'apps/api/src/main.ts', worker });
});
afterAll(() => bundled.remove());

let site: Site | undefined;
afterEach(async () => {
  await site?.close();
  site = undefined;
});

const until = (check: () => unknown): Promise<unknown> => vi.waitFor(check, PATIENCE);

/** Reports are sent all the while; first the worker is killed in the middle of a job, then the API; both start again. */
async function crash(backend: 'Postgres' | 'Redis'): Promise<void> {
  site = await openSite(backend, { freePort, freshDatabase, startRedis });
  const { database, queue, url, enrolToken, start } = site;
  const { programs } = bundled;
  const worker = start(programs.worker);
  const api = start(programs.api);
  await Promise.all([worker.says('working'), api.says('listening')]);
  const fleet = new Fleet(url);
  const acknowledged = (count: number): Promise<unknown> =>
    until(() => expect(fleet.acknowledged.size).toBeGreaterThanOrEqual(count));
  const sent = fleet.send(enrolToken, 20, REPORTS / 20);

  await acknowledged(REPORTS * 0.2);
  await until(async () => expect((await queue.counts()).checks.active).toBeGreaterThan(0));
  await worker.end('SIGKILL');
  expect((await queue.counts()).checks.active).toBeGreaterThan(0);
  await acknowledged(REPORTS * 0.45);
  await api.end('SIGKILL');
  expect(fleet.acknowledged.size).toBeLessThan(REPORTS);
  start(programs.api);
  await acknowledged(REPORTS * 0.65);
  const second = start(programs.worker);

  await sent;
  expect(fleet.acknowledged.size).toBe(REPORTS);
  await until(async () => {
    const open = await database.selectFrom('report').select('id').where('state', '=', 'received').execute();
    expect(open).toEqual([]);
  });
  const reports = await database.selectFrom('report').select(['id', 'state', 'failure', 'verdict_set_id']).execute();
  expect(new Set(reports.map(({ id }) => id))).toEqual(fleet.acknowledged);
  expect(reports.filter(({ state, failure }) => state !== 'checked' || failure !== null)).toEqual([]);
  expect(new Set(reports.map((report) => report.verdict_set_id)).size).toBe(REPORTS);
  const sets = await database.selectFrom('verdict_set').select('id').execute();
  expect(sets).toHaveLength(REPORTS);

  await until(async () =>
    expect((await queue.counts()).checks).toMatchObject({ waiting: 0, active: 0, delayed: 0, failed: 0 }),
  );
  expect(second.log).toContain('the worker of a job was lost: another takes it');
}

describe('300 reports, while the worker and then the API are killed', () => {
  it('are all checked, once each, with the queue on Postgres', () => crash('Postgres'), TEST_MS);

  it.skipIf(inject('redisUrl') === null && !process.env['CI'])(
    'are all checked, once each, with the queue on Redis (needs redis-server or valkey-server on the PATH)',
    () => crash('Redis'),
    TEST_MS,
  );
});
