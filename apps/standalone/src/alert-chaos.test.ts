import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { freePort, freshDatabase, startRedis } from '@altmap/testkit';
import { afterAll, afterEach, beforeAll, describe, expect, inject, it } from 'vitest';
import { type AlertScene, FINDINGS, openAlertScene } from './testing/alert-scene.ts';
import { type Bundle, bundle } from './testing/bundle.ts';

const KILLS = 50;
const TEST_MS = 600_000;
/** Until the receiver has noticed that a connection to it has ended. */
const NOTICED_MS = 20;

let bundled: Bundle<'api' | 'worker'>;
beforeAll(async () => {
  const worker = fileURLToPath(new URL('./testing/flip-worker/main.ts', import.meta.url));
  bundled = await bundle({ api: 'apps/api/src/main.ts', worker });
});
afterAll(() => bundled.remove());

let scene: AlertScene | undefined;
afterEach(async () => {
  await scene?.close();
  scene = undefined;
});

/** Three workers run, and the oldest is killed at a random moment as soon as another works, and one more started. */
async function chaos(backend: 'Postgres' | 'Redis'): Promise<void> {
  scene = await openAlertScene(backend, { freePort, freshDatabase, startRedis }, bundled.programs);
  const { heard, startWorker, flipDuring, randomMoment, settle } = scene;
  let [oldest, older, newest] = [startWorker(), startWorker(), startWorker()];
  let midMessage = 0;
  await flipDuring(async () => {
    for (let kill = 0; kill < KILLS; kill += 1) {
      await Promise.all([oldest.says('working'), older.says('working')]);
      await randomMoment();
      const before = heard.cutOff;
      await oldest.end('SIGKILL');
      await sleep(NOTICED_MS);
      if (heard.cutOff > before) midMessage += 1;
      [oldest, older, newest] = [older, newest, startWorker()];
    }
  });
  await settle();
  process.stdout.write(
    `${backend}: ${KILLS} kills, ${midMessage} of them while a message was under way, ${heard.messages} messages, ` +
      `${heard.resent} sent again under their id (${heard.resentAfterAnswer} of them after an answer), ` +
      `${heard.repeats} repeated under another\n`,
  );
  expect(heard.repeats).toBe(0);
  expect(heard.outOfOrder).toBe(0);
  // Else the kills fell where there was nothing to lose or to repeat.
  expect(heard.messages).toBeGreaterThan(KILLS);
  expect(midMessage).toBeGreaterThan(0);
  expect(heard.resentAfterAnswer).toBeGreaterThan(0);
}

describe(`the worker is killed ${KILLS} times while ${FINDINGS} findings open and close`, () => {
  it(
    'the receiver ends with what is open, told once each, with the queue on Postgres',
    () => chaos('Postgres'),
    TEST_MS,
  );

  it.skipIf(inject('redisUrl') === null && !process.env['CI'])(
    'the receiver ends with what is open, told once each, with the queue on Redis (needs redis-server or valkey-server)',
    () => chaos('Redis'),
    TEST_MS,
  );
});
