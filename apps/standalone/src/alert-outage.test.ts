import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { freePort, startPostgres, startRedis } from '@altmap/testkit';
import { afterAll, afterEach, beforeAll, describe, expect, inject, it, vi } from 'vitest';
import { FINDINGS, openAlertScene } from './testing/alert-scene.ts';
import { type Bundle, bundle } from './testing/bundle.ts';

const OUTAGES = 12;
/** Longer than a job's lock lasts, and than a command waits for its answer. */
const LONGEST_MS = 5_000;
const BACK_MS = 60_000;
/** So many messages tell that a site is well again. */
const BACK_MESSAGES = 10;
const TEST_MS = 600_000;

let bundled: Bundle<'api' | 'worker'>;
beforeAll(async () => {
  const worker = fileURLToPath(new URL('./testing/flip-worker/main.ts', import.meta.url));
  bundled = await bundle({ api: 'apps/api/src/main.ts', worker });
});
afterAll(() => bundled.remove());

const closers: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const closer of closers.splice(0).reverse()) await closer();
});

interface Failure {
  begin(): Promise<void>;
  end(): Promise<void>;
}

/** Servers go away and come back, at random moments; the API and the workers run all the time and find back by themselves. */
async function outages(backend: 'Postgres' | 'Redis'): Promise<void> {
  const postgres = await startPostgres();
  closers.push(() => postgres.stop());
  const crash: Failure = { begin: () => postgres.kill(), end: () => postgres.restart() };
  const shutdown: Failure = { begin: () => postgres.shutDown(), end: () => postgres.restart() };
  /** Those of each outage, in turn. */
  const failures: Failure[][] = [[crash], [shutdown]];
  const scene = await openAlertScene(
    backend,
    {
      freePort,
      freshDatabase: () => postgres.createDatabase(),
      async startRedis() {
        const redis = await startRedis();
        const loss: Failure = { begin: () => redis.kill(), end: () => redis.restart() };
        failures.push([loss], [crash, loss]);
        return redis;
      },
    },
    bundled.programs,
  );
  closers.push(() => scene.close());
  const { heard, api, startWorker, flipDuring, randomMoment, settle } = scene;
  const workers = [startWorker(), startWorker()];
  await Promise.all(workers.map((worker) => worker.says('working')));

  let midMessage = 0;
  await flipDuring(async () => {
    for (let outage = 0; outage < OUTAGES; outage += 1) {
      const together = failures[outage % failures.length] ?? [];
      await randomMoment();
      if (heard.underWay > 0) midMessage += 1;
      await Promise.all(together.map((failure) => failure.begin()));
      await sleep(Math.random() * LONGEST_MS);
      await Promise.all(together.map((failure) => failure.end()));
      const enough = heard.messages + BACK_MESSAGES;
      await vi.waitFor(() => expect(heard.messages).toBeGreaterThanOrEqual(enough), { timeout: BACK_MS });
    }
  });
  await settle();
  process.stdout.write(
    `${backend}: ${OUTAGES} outages, ${midMessage} of them while a message was under way, ${heard.messages} messages, ` +
      `${heard.resent} sent again under their id, ${heard.repeats} repeated under another\n`,
  );
  expect(heard.repeats).toBe(0);
  expect(heard.outOfOrder).toBe(0);
  expect(midMessage).toBeGreaterThan(0);
  for (const program of [api, ...workers]) expect(program.hasEnded).toBe(false);
}

describe(`servers go away ${OUTAGES} times while ${FINDINGS} findings open and close`, () => {
  it('the receiver ends with what is open, told once each, when Postgres goes', () => outages('Postgres'), TEST_MS);

  it.skipIf(inject('redisUrl') === null && !process.env['CI'])(
    'the receiver ends with what is open, told once each, when Postgres, Redis or both go and Redis loses everything (needs redis-server or valkey-server)',
    () => outages('Redis'),
    TEST_MS,
  );
});
