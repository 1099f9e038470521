import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { ManageAlerts, newWebhookSecret, systemClock } from '@altmap/core';
import { createRepositories } from '@altmap/db';
import { freePort, freshDatabase, startRedis } from '@altmap/testkit';
import { afterAll, afterEach, beforeAll, describe, expect, inject, it, vi } from 'vitest';
import { AlertReceiver } from './testing/alert-receiver.ts';
import { type Bundle, bundle } from './testing/bundle.ts';
import { Fleet } from './testing/fleet.ts';
import { openSite, type Site } from './testing/site.ts';

/** `CHAOS_KILLS=50 CHAOS_HOSTS=50 npx vitest run apps/standalone/src/alert-chaos` kills more, with 500 findings. */
const KILLS = Number(process.env['CHAOS_KILLS'] ?? 8);
const HOSTS = Number(process.env['CHAOS_HOSTS'] ?? 10);
const FINDINGS_EACH = 10;
const TEST_MS = 60_000 + KILLS * 10_000;

let bundled: Bundle<'api' | 'worker'>;
beforeAll(async () => {
  const worker = fileURLToPath(new URL('./testing/flip-worker/main.ts', import.meta.url));
  bundled = await bundle({ api: 'apps/api/src/main.ts', worker });
});
afterAll(() => bundled.remove());

let site: Site | undefined;
let receiver: AlertReceiver | undefined;
afterEach(async () => {
  await site?.close();
  await receiver?.close();
  site = undefined;
  receiver = undefined;
});

/** Findings open and close all the while, and the worker is killed at random moments. */
async function chaos(backend: 'Postgres' | 'Redis'): Promise<void> {
  site = await openSite(backend, { freePort, freshDatabase, startRedis });
  const { database, url, enrolToken, start } = site;
  const secret = newWebhookSecret();
  receiver = new AlertReceiver(secret);
  const heard = receiver;
  const { alertSettings, alerts } = createRepositories(database);
  const manage = new ManageAlerts(alertSettings, alerts, systemClock, 'test');
  await manage.addReceiver({ name: 'chaos', kind: 'webhook', url: await heard.listen(), secret });
  await manage.addRule({
    name: 'chaos',
    receiver: 'chaos',
    minSeverity: 'info',
    groupWaitMs: 50,
    groupIntervalMs: 100,
    stormGroups: 1_000,
  });

  const reach = { ALTMAP_WEBHOOK_ALLOW: '127.0.0.1' };
  let worker = start(bundled.programs.worker, reach);
  const api = start(bundled.programs.api);
  await Promise.all([worker.says('working'), api.says('listening')]);
  const fleet = new Fleet(url);
  let kills = 0;
  const rounds = 2 * KILLS + 1;
  /** Each worker that is killed gets two reports of every host. */
  const flip = async (count: number, isBroken: boolean): Promise<string> => {
    while (kills < Math.floor(count / 2)) await sleep(50);
    return isBroken ? '-broken' : '';
  };
  const killing = (async () => {
    while (kills < KILLS) {
      await worker.says('working');
      const before = heard.messages;
      for (const until = Date.now() + 4_000; heard.messages === before && Date.now() < until; ) await sleep(10);
      await sleep(Math.random() * 500);
      await worker.end('SIGKILL');
      kills += 1;
      worker = start(bundled.programs.worker, reach);
    }
  })();
  // The last report of every second host leaves its findings open.
  await Promise.all([
    fleet.send(enrolToken, HOSTS / 2, rounds, (count) => flip(count, count % 2 === 0)),
    fleet.send(enrolToken, HOSTS / 2, rounds, (count) => flip(count, count % 2 === 1)),
    killing,
  ]);

  await vi.waitFor(
    async () => {
      const open = await database.selectFrom('finding').select('id').where('resolved_at', 'is', null).execute();
      expect(open).toHaveLength((HOSTS / 2) * FINDINGS_EACH);
      expect([...heard.firing].sort()).toEqual(open.map(({ id }) => id).sort());
      const unsent = await database.selectFrom('notification').select('id').where('state', '<>', 'sent').execute();
      expect(unsent).toEqual([]);
      const untold = await database.selectFrom('alert').select('finding_id').whereRef('firing', '<>', 'told').execute();
      expect(untold.filter(({ finding_id }) => heard.firing.has(finding_id))).toEqual([]);
    },
    { timeout: 60_000, interval: 200 },
  );
  process.stdout.write(
    `${backend}: ${kills} kills, ${heard.messages} messages, ${heard.resent} sent again under their id, ` +
      `${heard.repeats} repeated under another\n`,
  );
  expect(kills).toBe(KILLS);
  expect(heard.messages).toBeGreaterThanOrEqual(HOSTS / 2);
  expect(heard.repeats).toBe(0);
}

describe(`the worker is killed ${KILLS} times while ${HOSTS * FINDINGS_EACH} findings open and close`, () => {
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
