import { createHmac } from 'node:crypto';
import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Access, systemClock } from '@altmap/core';
import { createRepositories } from '@altmap/db';
import { freePort, freshDatabase, startRedis } from '@altmap/testkit';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { receiverTest } from './alert-administration.ts';
import { type Bundle, bundle } from './testing/bundle.ts';
import type { Program } from './testing/program.ts';
import { openSite, type Site } from './testing/site.ts';

/** Receivers, added and tested by GraphQL, on real programs and a real HTTP receiver. */

const GIVEN = 'hunter2hunter2';
let bundled: Bundle<'api' | 'worker'>;
let site: Site;
let programs: Program[];
let operator: string;
let url: string;
const got: { headers: IncomingHttpHeaders; path: string; body: string }[] = [];
const server = createServer(async (request, response) => {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  got.push({ headers: request.headers, path: request.url ?? '', body: Buffer.concat(chunks).toString() });
  response.writeHead(request.url?.startsWith('/broken') === true ? 500 : 202).end();
});

beforeAll(async () => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  bundled = await bundle({ api: 'apps/api/src/main.ts', worker: 'apps/worker/src/main.ts' });
  site = await openSite('Postgres', { freePort, freshDatabase, startRedis });
  operator = (await new Access(createRepositories(site.database).tokens, systemClock).issue('operator', 'test')).token;
  const verbose = { ALTMAP_LOG_LEVEL: 'trace' };
  programs = [
    site.start(bundled.programs.worker, { ...verbose, ALTMAP_WEBHOOK_ALLOW: '127.0.0.1' }),
    site.start(bundled.programs.api, verbose),
  ];
  await Promise.all([programs[0]?.says('working'), programs[1]?.says('listening')]);
}, 120_000);
afterAll(async () => {
  await site.close();
  await new Promise((resolve) => server.close(resolve));
  await bundled.remove();
});
beforeEach(() => {
  got.length = 0;
});

async function ask(query: string, variables: Record<string, unknown> = {}): Promise<Record<string, unknown>> {
  const answer = await fetch(`${site.url}/graphql`, {
    method: 'POST',
    headers: { authorization: `Bearer ${operator}`, 'content-type': 'application/json' },
    body: JSON.stringify({ query, variables }),
  });
  const { data, errors } = (await answer.json()) as { data: Record<string, unknown>; errors?: unknown };
  expect(errors).toBe(undefined);
  return data;
}
const add = async (receiver: object): Promise<string | null> =>
  (
    (await ask('mutation ($receiver: NewReceiver!) { addReceiver(receiver: $receiver) { secret } }', { receiver }))[
      'addReceiver'
    ] as { secret: string | null }
  ).secret;
const test = async (name: string): Promise<unknown> =>
  (await ask('mutation ($name: String!) { testReceiver(name: $name) { status error latencyMs at } }', { name }))[
    'testReceiver'
  ];
const ledger = async (receiver: string): Promise<unknown> =>
  (
    await ask(
      'query ($receiver: String!) { notifications(receiver: $receiver) { edges { node { state content attempts { status error } } } } }',
      { receiver },
    )
  )['notifications'];
const signed = (secret: string | null): string[] =>
  got.map(({ headers, body }) => {
    const key = Buffer.from(String(secret).replace(/^whsec_/, ''), 'base64');
    const said = `${String(headers['webhook-id'])}.${String(headers['webhook-timestamp'])}.${body}`;
    return `v1,${createHmac('sha256', key).update(said).digest('base64')}`;
  });
const signatures = (): string[] => got.map(({ headers }) => String(headers['webhook-signature']));

it('a webhook gets an alert and its end, signed with the secret that was shown once, and with both in a rotation', async () => {
  const first = await add({ kind: 'WEBHOOK', name: 'hook', url: `${url}/hook` });
  const taken = { status: 202, error: null, latencyMs: expect.any(Number), at: expect.any(String) };
  expect(await test('hook')).toEqual([taken, taken]);
  expect(got.map(({ body }) => (JSON.parse(body) as { type: string }).type)).toEqual([
    'alerts.firing',
    'alerts.resolved',
  ]);
  expect(signatures()).toEqual(signed(first));
  expect(await ledger('hook')).toMatchObject({
    edges: [
      { node: { state: 'SENT', content: { status: 'resolved' }, attempts: [{ status: 202, error: null }] } },
      { node: { state: 'SENT', content: { status: 'firing' }, attempts: [{ status: 202, error: null }] } },
    ],
  });

  got.length = 0;
  const second = String((await ask('mutation { rotateReceiverSecret(name: "hook") }'))['rotateReceiverSecret']);
  await test('hook');
  const old = signed(first);
  expect(signatures()).toEqual(signed(second).map((one, i) => `${one} ${old[i]}`));

  got.length = 0;
  await ask('mutation { dropReceiverSecret(name: "hook") }');
  expect(await receiverTest(site.environment, 'hook')).toMatchObject([{ status: 202 }, { status: 202 }]);
  expect(signatures()).toEqual(signed(second));
}, 60_000);

it('what does not take the alert gets no end, and the ledger says why', async () => {
  await add({ kind: 'SLACK', name: 'broken', secret: `${url}/broken/${GIVEN}` });
  expect(await test('broken')).toMatchObject([{ status: 500, error: expect.stringContaining('500') }]);
  expect(got.map(({ path }) => path)).toEqual([`/broken/${GIVEN}`]);
  expect(await ledger('broken')).toMatchObject({ edges: [{ node: { state: 'DEAD', attempts: [{ status: 500 }] } }] });
}, 60_000);

it.each([
  [{ kind: 'ALERTMANAGER', name: 'am', url: 'http://10.0.0.7:9093', secret: GIVEN }, /10\.0\.0\.7/],
  [{ kind: 'SLACK', name: 'chat', secret: `http://192.168.0.7/${GIVEN}` }, /192\.168\.0\.7/],
  [{ kind: 'PAGERDUTY', name: 'pager', url: 'http://169.254.169.254/v2/enqueue', secret: GIVEN }, /169\.254\.169\.254/],
  [
    {
      kind: 'EMAIL',
      name: 'mail',
      url: 'smtp://172.16.0.7',
      from: 'a@x.org',
      to: ['b@x.org'],
      user: 'a',
      secret: GIVEN,
    },
    /172\.16\.0\.7/,
  ],
])(
  'no message goes to a private address: %j',
  async (receiver, address) => {
    await add(receiver);
    expect(await test(receiver.name)).toMatchObject([{ status: null, error: expect.stringMatching(address) }]);
  },
  60_000,
);

it('the log of neither program, no event and no ledger has a secret', async () => {
  const { audit } = createRepositories(site.database);
  const { items } = await audit.events({}, { first: 200, after: null });
  expect(items.filter(({ node }) => node.action === 'receiver.test').length).toBeGreaterThan(8);
  const logs = programs.map(({ log }) => log);
  for (const log of logs) expect(log.split('\n').length).toBeGreaterThan(2);
  const attempts = await site.database.selectFrom('notification_attempt').select('error').execute();
  const said = JSON.stringify([items, logs, attempts, await ask('{ receivers { name kind address } }')]);
  expect(said).not.toContain(GIVEN);
  expect(said).not.toMatch(/whsec_[A-Za-z0-9+/]{8}/);
});
