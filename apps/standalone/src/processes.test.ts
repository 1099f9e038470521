import { freePort, freshDatabase, startRedis } from '@altmap/testkit';
import { afterAll, afterEach, beforeAll, describe, expect, inject, it, vi } from 'vitest';
import { type Bundle, bundle } from './testing/bundle.ts';
import { Fleet } from './testing/fleet.ts';
import { Program } from './testing/program.ts';
import { openSite, type Site } from './testing/site.ts';

const TEST_MS = 120_000;

let bundled: Bundle<'api' | 'worker'>;
beforeAll(async () => {
  bundled = await bundle({ api: 'apps/api/src/main.ts', worker: 'apps/worker/src/main.ts' });
});
afterAll(() => bundled.remove());

let site: Site | undefined;
afterEach(async () => {
  await site?.close();
  site = undefined;
});

const isWithoutRedis = inject('redisUrl') === null && !process.env['CI'];

it.skipIf(isWithoutRedis)(
  'one API and two workers do the work together, on Redis (needs redis-server or valkey-server on the PATH)',
  async () => {
    site = await openSite('Redis', { freePort, freshDatabase, startRedis });
    const { database, url, enrolToken, start } = site;
    const talkative = { ALTMAP_LOG_LEVEL: 'debug' };
    const workers = [start(bundled.programs.worker, talkative), start(bundled.programs.worker, talkative)];
    const api = start(bundled.programs.api);
    await Promise.all([...workers.map((worker) => worker.says('working')), api.says('listening')]);
    const { status } = (await (await fetch(`${url}/readyz`)).json()) as { status: string };
    expect(status).toBe('ready');

    await new Fleet(url).send(enrolToken, 10, 6);
    await vi.waitFor(
      async () => {
        const states = await database.selectFrom('report').select('state').execute();
        expect(states).toEqual(Array.from({ length: 60 }, () => ({ state: 'checked' })));
      },
      { timeout: 60_000, interval: 50 },
    );
    for (const worker of workers) expect(worker.log).toContain('"job":"check-report"');
    for (const program of [...workers, api]) expect(await program.end('SIGTERM')).toBe(0);
    expect(await database.selectFrom('worker_heartbeat').select('id').execute()).toEqual([]);
  },
  TEST_MS,
);

describe.each(['api', 'worker'] as const)('the %s as a process', (name) => {
  const ended = async (environment: Record<string, string>): Promise<{ status: number | null; log: string }> => {
    const program = new Program(bundled.programs[name], environment);
    return { status: await program.ended, log: program.log };
  };

  it('names every variable that is wrong, and ends with 2', async () => {
    const { status, log } = await ended({ ALTMAP_WORKER_CONCURRENCY: 'many', ALTMAP_LISTEN_PORT: '-1' });
    expect(status).toBe(2);
    for (const name of ['ALTMAP_DATABASE_URL: is not set', 'ALTMAP_WORKER_CONCURRENCY: ', 'ALTMAP_LISTEN_PORT: ']) {
      expect(log).toContain(name);
    }
  });

  it('ends with 1 when the queue is not to be reached', async () => {
    site = await openSite('Postgres', { freePort, freshDatabase, startRedis });
    const program = site.start(bundled.programs[name], { ALTMAP_QUEUE_URL: 'redis://127.0.0.1:1' });
    expect(await program.ended).toBe(1);
    expect(program.log).toContain('the queue cannot be used');
  });
});

it('a worker says that the database must be migrated, and ends with 1', async () => {
  const program = new Program(bundled.programs.worker, { ALTMAP_DATABASE_URL: await freshDatabase() });
  expect(await program.ended).toBe(1);
  expect(program.log).toContain('run "altmap migrate" first');
});
