import { Access, systemClock } from '@altmap/core';
import { freshDatabase } from '@altmap/testkit';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type Answer, TestApi } from '../testing/test-api.ts';

let api: TestApi;
let operator: string;
beforeAll(async () => {
  api = await TestApi.start(await freshDatabase(), { ALTMAP_LOG_LEVEL: 'trace' });
  operator = (await new Access(api.repositories.tokens, systemClock, 'test').issue('operator', 'test')).token;
});
afterAll(() => api.close());

const ADD =
  'mutation ($receiver: NewReceiver!) { addReceiver(receiver: $receiver) { secret receiver { name kind address } } }';
const answers: Answer[] = [];
async function ask(query: string, variables: Record<string, unknown> = {}, token = operator): Promise<unknown> {
  const answer = await api.query(query, variables, token);
  answers.push(answer);
  return answer.body;
}
const add = (receiver: unknown, token = operator): Promise<unknown> => ask(ADD, { receiver }, token);
const targetOf = async (name: string) =>
  (await api.repositories.alertSettings.listReceivers()).find((one) => one.name === name)?.target;

/** Secrets that callers give: all have this word in them. */
const GIVEN = 'hunter2';
const WHSEC = `whsec_${GIVEN}${'A'.repeat(36)}=`;

it.each([
  [
    { kind: 'SLACK', name: 'chat', secret: `https://hooks.test/T0/${GIVEN}` },
    'https://hooks.test/...',
    { url: `https://hooks.test/T0/${GIVEN}` },
  ],
  [
    {
      kind: 'EMAIL',
      name: 'mail',
      url: 'smtps://mail.test',
      from: 'a@test.org',
      to: ['b@test.org'],
      user: 'a',
      secret: GIVEN,
    },
    'b@test.org by smtps://mail.test',
    { user: 'a', password: GIVEN },
  ],
  [
    { kind: 'ALERTMANAGER', name: 'am', url: 'http://am.test:9093', secret: GIVEN },
    'http://am.test:9093/',
    { token: GIVEN },
  ],
  [
    { kind: 'PAGERDUTY', name: 'pager', secret: GIVEN, minSeverity: 'CRITICAL' },
    'https://events.pagerduty.com/v2/enqueue',
    { routingKey: GIVEN },
  ],
  [
    { kind: 'WEBHOOK', name: 'hook', url: `https://hooks.test/altmap?key=${GIVEN}`, secret: WHSEC },
    'https://hooks.test/altmap',
    { secrets: [WHSEC] },
  ],
])(
  'adds a receiver and its first rule, and does not show the secret that was given: %j',
  async (receiver, address, target) => {
    const { name, kind } = receiver;
    expect(await add(receiver)).toEqual({
      data: { addReceiver: { secret: null, receiver: { name, kind: kind.toLowerCase(), address } } },
    });
    expect(await targetOf(name)).toMatchObject(target);
    const { alertRules } = (
      (await ask('{ alertRules { name receiver minSeverity } }')) as { data: { alertRules: unknown[] } }
    ).data;
    expect(alertRules).toContainEqual({
      name,
      receiver: name,
      minSeverity: 'minSeverity' in receiver ? receiver.minSeverity : 'WARNING',
    });
    expect(await ask('{ receivers { name kind address } }')).toMatchObject({
      data: { receivers: expect.arrayContaining([{ name, kind: kind.toLowerCase(), address }]) },
    });
  },
);

it('shows the secret that it makes for a webhook once; rotates and drops it', async () => {
  const added = (await add({ kind: 'WEBHOOK', name: 'own', url: 'https://hooks.test/' })) as {
    data: { addReceiver: { secret: string } };
  };
  const { secret } = added.data.addReceiver;
  expect(secret).toMatch(/^whsec_/);
  const rotate = 'mutation ($name: String!) { rotateReceiverSecret(name: $name) }';
  const rotated = (await ask(rotate, { name: 'own' })) as { data: { rotateReceiverSecret: string } };
  const next = rotated.data.rotateReceiverSecret;
  expect(await targetOf('own')).toMatchObject({ secrets: [next, secret] });
  const drop = 'mutation ($name: String!) { dropReceiverSecret(name: $name) }';
  expect(await ask(drop, { name: 'own' })).toEqual({ data: { dropReceiverSecret: true } });
  expect(await targetOf('own')).toMatchObject({ secrets: [next] });
  for (const query of [rotate, drop]) {
    expect(await ask(query, { name: 'nobody' })).toMatchObject({ errors: [{ extensions: { code: 'E_NOT_FOUND' } }] });
    expect(await ask(query, { name: 'chat' })).toMatchObject({ errors: [{ extensions: { code: 'E_CONFLICT' } }] });
  }
  expect(answers.filter(({ text }) => text.includes(secret))).toHaveLength(1);
  expect(answers.filter(({ text }) => text.includes(next))).toHaveLength(1);
});

it('removes a receiver with its rules', async () => {
  await add({ kind: 'WEBHOOK', name: 'gone', url: 'https://hooks.test/' });
  const remove = 'mutation { removeReceiver(name: "gone") }';
  expect(await ask(remove)).toEqual({ data: { removeReceiver: true } });
  expect(await targetOf('gone')).toBe(undefined);
  expect(JSON.stringify(await ask('{ alertRules { name } }'))).not.toContain('gone');
  expect(await ask(remove)).toMatchObject({ errors: [{ extensions: { code: 'E_NOT_FOUND' } }] });
});

it.each([
  [{ url: 'ftp://hooks.test' }, 'url: expected http://... or https://...'],
  [{ url: null }, 'url: expected http://'],
  [{ name: '' }, 'name: expected 1 to 253 characters'],
  [{ name: 'a\u001b[2J' }, 'name: expected 1 to 253 characters, none of them a control character'],
  [{ secret: GIVEN }, 'secret: expected a Standard Webhooks secret'],
  [{ from: 'a@test.org' }, 'from: only a receiver of kind email has it'],
  [{ kind: 'EMAIL', url: 'smtp://mail.test', from: GIVEN, to: ['b@test.org'] }, 'from: expected an e-mail address'],
  [{ kind: 'ALERTMANAGER', secret: `${GIVEN}\n` }, 'secret: expected no control characters'],
  [{ kind: 'PAGERDUTY', url: null }, 'secret: expected a routing key'],
  [{ name: 'chat' }, 'the receiver chat is there already'],
  [{ secret: 12_345 }, 'Variable "$receiver" got an invalid value at "receiver.secret"; expected a secret as a text'],
  [{ secret: GIVEN, hint: GIVEN }, 'Variable "$receiver" got an invalid value; Field "hint" is not defined'],
])('names what is wrong with %j, and adds neither a receiver nor a rule', async (wrong, message) => {
  const state = async () => [
    await api.repositories.alertSettings.listReceivers(),
    await api.repositories.alertSettings.listRules(),
  ];
  const before = await state();
  expect(await add({ kind: 'WEBHOOK', name: 'wrong', url: 'https://hooks.test/', ...wrong })).toMatchObject({
    errors: [{ message: expect.stringContaining(message) }],
  });
  expect(await state()).toEqual(before);
});

it('adds no receiver when there is a rule of its name', async () => {
  await ask('mutation { addAlertRule(rule: { name: "taken", receiver: "chat" }) }');
  expect(await add({ kind: 'WEBHOOK', name: 'taken', url: 'https://hooks.test/' })).toMatchObject({
    errors: [{ message: 'the alert rule taken is there already', extensions: { code: 'E_CONFLICT' } }],
  });
  expect(await targetOf('taken')).toBe(undefined);
});

it('tells no secret that stands in a document where none should', async () => {
  for (const wrong of [`secret: ${GIVEN}`, `secret: ["${GIVEN}"]`, `secret: { url: "${GIVEN}" }`]) {
    const query = `mutation { addReceiver(receiver: { kind: PAGERDUTY, name: "x", ${wrong} }) { secret } }`;
    expect(await ask(query)).toMatchObject({ errors: [{ message: 'expected a secret as a text' }] });
  }
});

it('gives a message by its id, and null where there is none', async () => {
  const query = '{ notification(id: "0199f0de-0000-7000-8000-000000000001") { id } }';
  expect(await ask(query)).toEqual({ data: { notification: null } });
  expect(await ask('{ notification(id: "7") { id } }')).toEqual({ data: { notification: null } });
});

it('tests only a few receivers in one document', async () => {
  const tests = Array.from({ length: 11 }, (_, i) => `t${i}: testReceiver(name: "hook") { error }`).join(' ');
  expect(await ask(`mutation { ${tests} }`)).toMatchObject({
    errors: [{ extensions: { code: 'E_QUERY_TOO_COSTLY' } }],
  });
  const { items } = await api.repositories.alerts.notifications({}, { first: 1, after: null });
  expect(items).toEqual([]);
});

it('changes nothing for who may only read', async () => {
  const before = await api.repositories.alertSettings.listReceivers();
  const events = async () => (await api.repositories.audit.events({}, { first: 200, after: null })).items.length;
  const known = await events();
  for (const mutation of [
    'addReceiver(receiver: { kind: WEBHOOK, name: "x", url: "https://hooks.test/" }) { secret }',
    'removeReceiver(name: "chat")',
    'rotateReceiverSecret(name: "own")',
    'dropReceiverSecret(name: "own")',
    'testReceiver(name: "own") { error }',
  ]) {
    expect(await ask(`mutation { ${mutation} }`, {}, api.reader)).toMatchObject({
      errors: [{ extensions: { code: 'E_FORBIDDEN' } }],
    });
  }
  expect(await api.repositories.alertSettings.listReceivers()).toEqual(before);
  expect(await events()).toBe(known);
});

it('leaves an event of each change by whom, and no secret in any answer, event or line of the log', async () => {
  const { items } = await api.repositories.audit.events({}, { first: 200, after: null });
  const own = items.filter(({ node }) => node.object === 'receiver own').map(({ node }) => node);
  expect(own.map(({ action, details }) => [action, details])).toEqual([
    ['receiver.drop-secret', {}],
    ['receiver.rotate', {}],
    ['receiver.add', { kind: 'webhook', address: 'https://hooks.test/' }],
  ]);
  expect(items.map(({ node }) => [node.action, node.object])).toContainEqual(['receiver.remove', 'receiver gone']);
  for (const { actor } of own) expect(actor).toMatch(/^token [0-9a-f-]{36}$/);
  const said = [JSON.stringify(items), ...answers.map(({ text }) => text), ...api.log].join('\n');
  expect(api.log.join('\n')).toContain('a request was refused');
  expect(said).not.toContain(GIVEN);
  expect([JSON.stringify(items), ...api.log].join('\n')).not.toMatch(/whsec_[A-Za-z0-9+/]{8}/);
});
