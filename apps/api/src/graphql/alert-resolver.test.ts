import { Access, ManageAlerts, newId, systemClock } from '@altmap/core';
import { freshDatabase } from '@altmap/testkit';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { TestApi } from '../testing/test-api.ts';

const SECRET = `whsec_${'A'.repeat(43)}=`;

let api: TestApi;
let operator: string;
let manage: ManageAlerts;
beforeAll(async () => {
  api = await TestApi.start(await freshDatabase());
  const { tokens, alertSettings, alerts } = api.repositories;
  operator = (await new Access(tokens, systemClock, 'test').issue('operator', 'test')).token;
  manage = new ManageAlerts(alertSettings, alerts, systemClock, 'test');
  const url = 'https://hooks.test/altmap?key=hunter2';
  await manage.addReceiver({ kind: 'webhook', name: 'on-call', url, secret: SECRET });
});
afterAll(() => api.close());

const ask = async (query: string, variables: Record<string, unknown> = {}, token = operator): Promise<unknown> =>
  (await api.query(query, variables, token)).body;

it('shows receivers without their secrets', async () => {
  const { text } = await api.query('{ receivers { name kind address } }');
  expect(JSON.parse(text)).toEqual({
    data: { receivers: [{ name: 'on-call', kind: 'webhook', address: 'https://hooks.test/altmap' }] },
  });
  expect(text).not.toMatch(/hunter2|whsec/);
});

it('adds, shows and removes rules, and says what is wrong with one', async () => {
  const add = 'mutation ($rule: NewAlertRule!) { addAlertRule(rule: $rule) }';
  const rule = {
    name: 'storage',
    receiver: 'on-call',
    matchers: ['team=~storage.*'],
    groupBy: ['code'],
    groupWaitMs: 5,
  };
  expect(await ask(add, { rule })).toEqual({ data: { addAlertRule: true } });
  expect(await ask('{ alertRules { name receiver minSeverity matchers groupBy groupWaitMs stormGroups } }')).toEqual({
    data: { alertRules: [{ ...rule, minSeverity: 'WARNING', stormGroups: 50 }] },
  });
  for (const [wrong, message] of [
    [{ ...rule, name: 'x', matchers: ['team'] }, 'matchers: "team": expected NAME=VALUE'],
    [{ ...rule, name: 'x', stormGroups: 0 }, 'stormGroups: expected 1 or more'],
    [{ ...rule, name: 'x', groupWaitMs: -1 }, 'groupWaitMs: expected 0 or more'],
    [{ ...rule, name: 'x', groupBy: Array.from({ length: 21 }, String) }, 'groupBy: expected at most 20'],
    [{ ...rule, name: 'x', groupBy: [''] }, 'groupBy: expected 1 to 253 characters'],
    [{ ...rule, name: 'x\n' }, 'name: expected 1 to 253 characters'],
    [{ ...rule, name: 'x', receiver: 'nobody' }, 'there is no receiver nobody'],
    [rule, 'the alert rule storage is there already'],
  ] as const) {
    expect(await ask(add, { rule: wrong })).toMatchObject({ errors: [{ message: expect.stringContaining(message) }] });
  }
  expect(await ask('mutation { removeAlertRule(name: "storage") }')).toEqual({ data: { removeAlertRule: true } });
});

it('adds and ends silences', async () => {
  const add = 'mutation ($silence: NewSilence!) { addSilence(silence: $silence) { id matchers creator comment } }';
  const silence = { matchers: ['rack=r7'], endsAt: '2999-01-01T00:00:00Z', comment: 'new DIMMs' };
  const answer = (await ask(add, { silence })) as { data: { addSilence: { id: string } } };
  const { id } = answer.data.addSilence;
  expect(answer.data.addSilence).toMatchObject({ matchers: ['rack=r7'], comment: 'new DIMMs' });
  expect(await ask('{ silences { id } }')).toEqual({ data: { silences: [{ id }] } });
  const end = 'mutation ($id: ID!) { expireSilence(id: $id) }';
  expect(await ask(end, { id })).toEqual({ data: { expireSilence: true } });
  expect(await ask('{ silences { id } }')).toEqual({ data: { silences: [] } });
  expect(await ask(end, { id })).toMatchObject({ errors: [{ extensions: { code: 'E_NOT_FOUND' } }] });
  const by = (await ask(add, { silence: { ...silence, creator: 'ann' } })) as { data: { addSilence: { id: string } } };
  expect(by).toMatchObject({ data: { addSilence: { creator: 'ann' } } });
  await ask(end, { id: by.data.addSilence.id });
  for (const wrong of [
    { matchers: [] },
    { comment: ' ' },
    { comment: 'x'.repeat(2_001) },
    { creator: '' },
    { endsAt: 'soon' },
    { endsAt: '2001-01-01T00:00:00Z' },
  ]) {
    expect(await ask(add, { silence: { ...silence, ...wrong } })).toMatchObject({
      errors: [{ extensions: { code: 'E_VALIDATION' } }],
    });
  }
});

it('shows the ledger, and sends a dead letter again', async () => {
  const { alerts } = api.repositories;
  const id = await manage.testReceiver('on-call', newId(), 'firing');
  await alerts.recordAttempt(id, { at: new Date(), latencyMs: 4, status: 503, error: 'answered 503' });
  await alerts.markDead(id, 'answered 503', new Date());
  const query =
    '{ notifications(state: DEAD) { edges { node { id receiver failure content attempts { status error } } } } }';
  expect(await ask(query)).toMatchObject({
    data: {
      notifications: {
        edges: [
          {
            node: {
              id,
              receiver: 'on-call',
              failure: 'answered 503',
              content: { rule: 'test', status: 'firing' },
              attempts: [{ status: 503, error: 'answered 503' }],
            },
          },
        ],
      },
    },
  });
  const byId = 'query ($id: ID!) { notification(id: $id) { id state attempts { status } } }';
  expect(await ask(byId, { id })).toEqual({
    data: { notification: { id, state: 'DEAD', attempts: [{ status: 503 }] } },
  });
  const resend = 'mutation ($id: ID!) { resendNotification(id: $id) }';
  expect(await ask(resend, { id })).toEqual({ data: { resendNotification: true } });
  expect(await ask(resend, { id })).toMatchObject({ errors: [{ extensions: { code: 'E_CONFLICT' } }] });
  expect(await api.metric('altmap_oldest_unsent_notification_seconds')).toBeGreaterThan(0);
});

it('changes nothing for who may only read, and leaves an event for each change', async () => {
  expect(await ask('mutation { removeAlertRule(name: "x") }', {}, api.reader)).toMatchObject({
    errors: [{ extensions: { code: 'E_FORBIDDEN' } }],
  });
  const { items } = await api.repositories.audit.events({}, { first: 100, after: null });
  const actions = items.map(({ node }) => node.action);
  for (const action of [
    'alert-rule.add',
    'alert-rule.remove',
    'silence.add',
    'silence.expire',
    'notification.resend',
  ]) {
    expect(actions).toContain(action);
  }
  expect(JSON.stringify(items)).not.toMatch(/hunter2|whsec/);
});
