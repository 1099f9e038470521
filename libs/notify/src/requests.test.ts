import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { systemClock } from '@altmap/core';
import type { AlertNotice, ReceiverTarget } from '@altmap/protocol';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { item, notice, resolved } from '../test/notice.ts';
import { sent } from '../test/sent.ts';
import { ReceiverNotifier } from './receiver-notifier.ts';

interface Taken {
  readonly path: string | undefined;
  readonly authorization: string | undefined;
  readonly body: Record<string, unknown>;
}

let url: string;
let taken: Taken[];
const server = createServer(async (request, response) => {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  const { url: path, headers } = request;
  taken.push({ path, authorization: headers.authorization, body: JSON.parse(Buffer.concat(chunks).toString()) });
  response.writeHead(202).end();
});
beforeAll(async () => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => new Promise((resolve) => server.close(resolve)));
beforeEach(() => {
  taken = [];
});

const notifier = new ReceiverNotifier({ allow: ['127.0.0.1'], clock: systemClock });
async function said(target: ReceiverTarget, content: AlertNotice): Promise<Taken> {
  expect(await notifier.send(sent(target, content))).toMatchObject({ status: 202, error: null });
  expect(taken).toHaveLength(1);
  return taken[0] as Taken;
}

it('Slack gets a title, a line for each finding, and a colour; nothing in it is markup', async () => {
  const { path, body } = await said({ kind: 'slack', url: `${url}/services/T0/B0/xyz` }, notice());
  expect(path).toBe('/services/T0/B0/xyz');
  expect(body).toEqual({
    text: '[critical] host-1, kernel config: CONFIG_UNSUPPORTED',
    attachments: [
      {
        color: '#b3261e',
        fallback: '[critical] host-1, kernel config: CONFIG_UNSUPPORTED',
        text: 'critical: host-1, kernel config: CONFIG_ZONE_DEVICE is not set &amp; &lt;b&gt;nothing&lt;/b&gt; works',
        footer: 'Altmap, rule storage',
        ts: 1_763_632_800 + 365 * 86_400,
      },
    ],
  });
});

it('Slack hears of the end in its colour', async () => {
  const { body } = await said({ kind: 'slack', url }, resolved());
  expect(body).toMatchObject({
    text: '[resolved] host-1, kernel config: CONFIG_UNSUPPORTED',
    attachments: [{ color: '#2e7d32' }],
  });
});

it('people get a summary of a storm, with what is not listed', async () => {
  const storm = notice({
    group: { id: notice().group.id, labels: {}, isStorm: true },
    open: 10_000,
    counts: { critical: 4_000, warning: 6_000, info: 0 },
    alerts: [item(), item()],
    unlisted: 9_998,
  });
  const { body } = await said({ kind: 'slack', url }, storm);
  expect(body).toMatchObject({
    text: '[4000 critical, 6000 warning] summary of many findings, 10000 findings open',
    attachments: [{ text: expect.stringContaining('... and 9998 other findings') }],
  });
});

it('PagerDuty gets one incident for each group, and its end', async () => {
  const target = { kind: 'pagerduty', url: `${url}/v2/enqueue`, routingKey: 'key' } as const;
  const { path, body } = await said(target, notice());
  expect(path).toBe('/v2/enqueue');
  expect(body).toMatchObject({
    routing_key: 'key',
    event_action: 'trigger',
    dedup_key: `altmap-${notice().group.id}`,
    payload: {
      summary: '[critical] host-1, kernel config: CONFIG_UNSUPPORTED',
      source: 'host-1',
      severity: 'critical',
      custom_details: { open: 1, alerts: [expect.stringContaining('critical: host-1')] },
    },
  });
  taken = [];
  const end = await said(target, resolved());
  expect(end.body).toEqual({
    routing_key: 'key',
    event_action: 'resolve',
    dedup_key: body['dedup_key'],
  });
});

it('an Alertmanager gets labels that it can take, below its path, with its token', async () => {
  const target = { kind: 'alertmanager', url: `${url}/am/`, token: 'secret' } as const;
  const { path, authorization, body } = await said(target, notice());
  expect([path, authorization]).toEqual(['/am/api/v2/alerts', 'Bearer secret']);
  expect(body).toMatchObject([
    {
      labels: {
        alertname: 'CONFIG_UNSUPPORTED',
        severity: 'critical',
        subject: 'kernel config',
        host: 'host-1',
        rack: 'r7',
        data_center: 'fra',
      },
      startsAt: '2026-11-20T10:00:00.000Z',
    },
  ]);
});

it.each(['slack', 'alertmanager', 'pagerduty'] as const)('%s is not reached at a private address', async (kind) => {
  const strict = new ReceiverNotifier({
    allow: [],
    clock: systemClock,
    resolve: async () => [{ address: '10.0.0.7', family: 4 }],
  });
  const target = { kind, url: 'http://hooks.test/secret', token: null, routingKey: 'k' } as ReceiverTarget;
  const attempt = await strict.send(sent(target, notice()));
  expect(attempt).toMatchObject({
    status: null,
    error: 'refused: 10.0.0.7 is private; see ALTMAP_WEBHOOK_ALLOW',
  });
});
