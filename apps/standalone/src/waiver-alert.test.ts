import { fileURLToPath } from 'node:url';
import { Access, ManageAlerts, newWebhookSecret, systemClock } from '@altmap/core';
import { createRepositories } from '@altmap/db';
import { freePort, freshDatabase, startRedis } from '@altmap/testkit';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { waiverAdd, waiverEnd } from './finding-administration.ts';
import { AlertReceiver } from './testing/alert-receiver.ts';
import { type Bundle, bundle } from './testing/bundle.ts';
import { Fleet } from './testing/fleet.ts';
import { openSite, type Site } from './testing/site.ts';

const WAIT = { timeout: 30_000, interval: 50 };

let bundled: Bundle<'api' | 'worker'>;
let site: Site;
let operator: string;
const secret = newWebhookSecret();
const heard = new AlertReceiver(secret);
/** Findings of one host, all in one group; `waived` is the one that the tests waive. */
let waived: { id: string; hostId: string };

beforeAll(async () => {
  const worker = fileURLToPath(new URL('./testing/flip-worker/main.ts', import.meta.url));
  bundled = await bundle({ api: 'apps/api/src/main.ts', worker });
  site = await openSite('Postgres', { freePort, freshDatabase, startRedis });
  const { alertSettings, alerts, tokens } = createRepositories(site.database);
  operator = (await new Access(tokens, systemClock).issue('operator', 'test')).token;
  const manage = new ManageAlerts(alertSettings, alerts, systemClock, 'test');
  await manage.addReceiver({ name: 'r', kind: 'webhook', url: await heard.listen(), secret });
  await manage.addRule({ name: 'r', receiver: 'r', minSeverity: 'info', groupWaitMs: 0, groupIntervalMs: 0 });
  const programs = [site.start(bundled.programs.worker, { ALTMAP_WEBHOOK_ALLOW: '127.0.0.1' })];
  programs.push(site.start(bundled.programs.api));
  await Promise.all([programs[0]?.says('working'), programs[1]?.says('listening')]);
  await new Fleet(site.url).send(site.enrolToken, 1, 1, () => '-broken');
  await vi.waitFor(() => expect(heard.firing.size).toBe(10), WAIT);
  waived = await site.database
    .selectFrom('finding')
    .select(['id', 'host_id as hostId'])
    .where('subject', '=', 'namespace0.0')
    .executeTakeFirstOrThrow();
  await site.database.updateTable('finding').set({ code: 'F_WAIVED' }).where('id', '=', waived.id).execute();
}, 120_000);
afterAll(async () => {
  await site.close();
  await heard.close();
  await bundled.remove();
});

const request = (expiresAt: Date) => ({
  reason: 'known',
  owner: 'ann',
  expiresAt,
  host: waived.hostId,
  code: 'F_WAIVED',
});

async function ask(query: string): Promise<unknown> {
  const answer = await fetch(`${site.url}/graphql`, {
    method: 'POST',
    headers: { authorization: `Bearer ${operator}`, 'content-type': 'application/json' },
    body: JSON.stringify({ query }),
  });
  return answer.json();
}

/** Waits until the receiver was told that it is over, does something, and until it was told that it fires again: once each. */
async function followed(end: () => Promise<unknown>): Promise<void> {
  const { messages } = heard;
  await vi.waitFor(() => expect(heard.firing.has(waived.id)).toBe(false), WAIT);
  expect([heard.firing.size, heard.messages]).toEqual([9, messages]);
  await end();
  await vi.waitFor(() => expect(heard.firing.has(waived.id)).toBe(true), WAIT);
  await vi.waitFor(async () => {
    const unsent = await site.database.selectFrom('notification').select('id').where('state', '<>', 'sent').execute();
    expect(unsent).toEqual([]);
  }, WAIT);
  expect([heard.firing.size, heard.messages, heard.repeats]).toEqual([10, messages + 1, 0]);
}

it('a waiver that is ended by the command line while others of its group fire: it fires again, told once', async () => {
  const { waiver } = await waiverAdd(site.environment, request(new Date('2999-01-01')));
  await vi.waitFor(() => expect(heard.firing.size).toBe(9), WAIT);
  await followed(() => waiverEnd(site.environment, waiver.id));
}, 60_000);

it('a waiver that is ended by GraphQL', async () => {
  const { waiver } = await waiverAdd(site.environment, request(new Date('2999-01-01')));
  await vi.waitFor(() => expect(heard.firing.size).toBe(9), WAIT);
  await followed(async () =>
    expect(await ask(`mutation { endWaiver(id: "${waiver.id}") { reopened } }`)).toEqual({
      data: { endWaiver: { reopened: 1 } },
    }),
  );
}, 60_000);

it('a waiver that expires', async () => {
  await waiverAdd(site.environment, request(new Date(Date.now() + 5_000)));
  await vi.waitFor(() => expect(heard.firing.size).toBe(9), WAIT);
  await followed(async () => {});
}, 60_000);
