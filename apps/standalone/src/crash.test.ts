import { Access, systemClock } from '@altmap/core';
import { closeDatabase, createDatabase, createRepositories, migrateToLatest } from '@altmap/db';
import type { Environment } from '@altmap/platform';
import { openQueue, prepareQueue } from '@altmap/queue';
import { freePort, freshDatabase, startRedis } from '@altmap/testkit';
import { afterAll, afterEach, beforeAll, describe, expect, inject, it, vi } from 'vitest';
import { type Bundle, bundle } from './testing/bundle.ts';
import { Fleet } from './testing/fleet.ts';
import { Program } from './testing/program.ts';

const TEST_MS = 180_000;
const PATIENCE = { timeout: 90_000, interval: 50 };

let programs: Bundle<'api' | 'worker'>;
beforeAll(async () => {
  programs = await bundle({ api: 'apps/api/src/main.ts', worker: 'apps/standalone/src/testing/slow-worker/main.ts' });
});
afterAll(() => programs.remove());

const cleanups: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

const until = (check: () => unknown): Promise<unknown> => vi.waitFor(check, PATIENCE);

function start(program: 'api' | 'worker', environment: Environment): Program {
  const started = new Program(programs.programs[program], environment);
  cleanups.push(() => started.end('SIGKILL'));
  return started;
}

async function ownRedis(): Promise<string> {
  const redis = await startRedis();
  cleanups.push(() => redis.stop());
  return redis.url;
}

/** A migrated database, a queue, and all that a process must be told to use them. */
async function prepare(backend: 'Postgres' | 'Redis') {
  const databaseUrl = await freshDatabase();
  const queueUrl = backend === 'Redis' ? await ownRedis() : databaseUrl;
  const database = createDatabase(databaseUrl, { poolSize: 2, applicationName: 'test', onError: () => {} });
  cleanups.push(() => closeDatabase(database));
  await migrateToLatest(database, { log: () => {} });
  await prepareQueue(queueUrl);
  const queue = await openQueue(queueUrl, { onError: () => {} });
  cleanups.push(() => queue.close());
  const access = new Access(createRepositories(database).tokens, systemClock);
  const { token } = await access.issue('enroll', 'test');
  const port = await freePort();
  const environment = {
    ALTMAP_DATABASE_URL: databaseUrl,
    ALTMAP_QUEUE_URL: queueUrl,
    ALTMAP_LISTEN_PORT: String(port),
    ALTMAP_RATE_LIMIT: '1000000',
    ALTMAP_JOB_LOCK_SECONDS: '2',
    ALTMAP_SWEEP_SECONDS: '0.5',
    ALTMAP_STRANDED_SECONDS: '1',
  };
  return { database, queue, token, environment, url: `http://127.0.0.1:${port}` };
}

async function crash(backend: 'Postgres' | 'Redis'): Promise<void> {
  const { database, queue, token, environment, url } = await prepare(backend);
  const worker = start('worker', environment);
  const api = start('api', environment);
  await Promise.all([worker.says('working'), api.says('listening')]);
  const fleet = new Fleet(url);
  const acknowledged = (count: number): Promise<unknown> =>
    until(() => expect(fleet.acknowledged.size).toBeGreaterThanOrEqual(count));
  const sent = fleet.send(token, 20, 15);

  await acknowledged(60);
  await until(async () => expect((await queue.counts()).checks.active).toBeGreaterThan(0));
  await worker.end('SIGKILL');
  expect((await queue.counts()).checks.active).toBeGreaterThan(0);
  await acknowledged(140);
  await api.end('SIGKILL');
  expect(fleet.acknowledged.size).toBeLessThan(300);
  start('api', environment);
  await acknowledged(200);
  const second = start('worker', environment);

  await sent;
  expect(fleet.acknowledged.size).toBe(300);
  await until(async () => {
    const open = await database.selectFrom('report').select('id').where('state', '=', 'received').execute();
    expect(open).toEqual([]);
  });
  const reports = await database.selectFrom('report').select(['id', 'state', 'failure', 'verdict_set_id']).execute();
  expect(new Set(reports.map(({ id }) => id))).toEqual(fleet.acknowledged);
  expect(reports.filter(({ state, failure }) => state !== 'checked' || failure !== null)).toEqual([]);
  expect(new Set(reports.map((report) => report.verdict_set_id)).size).toBe(300);
  const sets = await database.selectFrom('verdict_set').select('id').execute();
  expect(sets).toHaveLength(300);

  await until(async () =>
    expect((await queue.counts()).checks).toMatchObject({ waiting: 0, active: 0, delayed: 0, failed: 0 }),
  );
  expect(second.log).toContain('the worker of a job was lost: another takes it');
}

describe('on Postgres', () => {
  it(
    '300 reports are all checked once, while the worker and then the API are killed',
    () => crash('Postgres'),
    TEST_MS,
  );
});

const isSkipped = inject('redisUrl') === null && !process.env['CI'];
describe.skipIf(isSkipped)('on Redis (needs redis-server or valkey-server on the PATH)', () => {
  it('300 reports are all checked once, while the worker and then the API are killed', () => crash('Redis'), TEST_MS);

  it(
    'two workers share the work of one API, and end in good order',
    async () => {
      const { database, token, environment, url } = await prepare('Redis');
      const talkative = { ...environment, ALTMAP_LOG_LEVEL: 'debug' };
      const workers = [start('worker', talkative), start('worker', talkative)];
      const api = start('api', environment);
      await Promise.all([...workers.map((worker) => worker.says('working')), api.says('listening')]);
      const { status } = (await (await fetch(`${url}/readyz`)).json()) as { status: string };
      expect(status).toBe('ready');

      await new Fleet(url).send(token, 10, 6);
      await until(async () => {
        const checked = await database.selectFrom('report').select('id').where('state', '=', 'checked').execute();
        expect(checked).toHaveLength(60);
      });
      for (const worker of workers) expect(worker.log).toContain('"job":"check-report"');
      for (const program of [...workers, api]) expect(await program.end('SIGTERM')).toBe(0);
      expect(await database.selectFrom('worker_heartbeat').select('id').execute()).toEqual([]);
    },
    TEST_MS,
  );
});
