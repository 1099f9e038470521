import { Access, PERSON_KINDS, systemClock } from '@altmap/core';
import { freshDatabase } from '@altmap/testkit';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type Answer, TestApi } from '../testing/test-api.ts';

let api: TestApi;
let admin: string;
let adminId: string;
beforeAll(async () => {
  api = await TestApi.start(await freshDatabase(), { ALTMAP_LOG_LEVEL: 'trace' });
  const issued = await new Access(api.repositories.tokens, systemClock, 'test').issue('admin', 'test');
  admin = issued.token;
  adminId = issued.id;
});
afterAll(() => api.close());

interface Issued {
  readonly token: { readonly id: string };
  readonly secret: string;
}
const answers: Answer[] = [];
async function ask(query: string, variables: Record<string, unknown> = {}, token = admin) {
  const answer = await api.query(query, variables, token);
  answers.push(answer);
  return answer.body as { data: Record<string, unknown>; errors?: unknown };
}
const FIELDS = 'id kind name hostId labels { name value } createdAt expiresAt revokedAt';
const CREATE = `mutation ($token: NewToken!) { createToken(token: $token) { token { ${FIELDS} } secret } }`;
const ROTATE = `mutation ($id: ID!, $graceSeconds: Int = 0) {
  rotateToken(id: $id, graceSeconds: $graceSeconds) { token { ${FIELDS} } secret }
}`;
const REVOKE = 'mutation ($id: ID!) { revokeToken(id: $id) { id revokedAt } }';
const LIST = `query ($filter: TokenFilter, $first: Int = 50, $after: String) {
  tokens(filter: $filter, first: $first, after: $after) { edges { node { ${FIELDS} } } pageInfo { hasNextPage endCursor } }
}`;
const create = async (token: object): Promise<Issued> => (await ask(CREATE, { token })).data['createToken'] as Issued;
const statusOf = async (secret: string): Promise<number> => (await api.query('{ __typename }', {}, secret)).status;

it.each(PERSON_KINDS)('makes a token of kind %s that is good at once', async (kind) => {
  const { token, secret } = await create({ kind: kind.toUpperCase(), name: 'grafana' });
  expect(token).toMatchObject({ kind: kind.toUpperCase(), name: 'grafana', hostId: null, labels: [], expiresAt: null });
  expect(await statusOf(secret)).toBe(200);
});

it('makes an enrolment token with labels and an expiry', async () => {
  const expiresAt = '2999-01-01T00:00:00.000Z';
  const said = { kind: 'ENROLL', name: 'rack 12', labels: [{ name: 'rack', value: '12' }], expiresAt };
  const { token, secret } = await create(said);
  expect(token).toMatchObject(said);
  const { body } = await api.postJson('/v1/hosts', secret, { machine: 'a'.repeat(64), name: 'db-1' });
  expect(await ask('query ($id: ID!) { host(id: $id) { labels { name value } } }', { id: body.hostId })).toMatchObject({
    data: { host: { labels: said.labels } },
  });
});

it('rotates a token: the old one is good for the grace', async () => {
  const first = await create({ kind: 'READER', name: 'rotated' });
  const second = (await ask(ROTATE, { id: first.token.id, graceSeconds: 3_600 })).data['rotateToken'] as Issued;
  expect([await statusOf(first.secret), await statusOf(second.secret)]).toEqual([200, 200]);
  const third = (await ask(ROTATE, { id: second.token.id })).data['rotateToken'] as Issued;
  expect(third.token).toMatchObject({ kind: 'READER', name: 'rotated' });
  expect(await api.repositories.tokens.get(second.token.id)).toMatchObject({ revokedAt: expect.any(Date) });
  for (const [variables, code] of [
    [{ id: second.token.id }, 'E_NOT_FOUND'],
    [{ id: 'x' }, 'E_NOT_FOUND'],
    [{ id: third.token.id, graceSeconds: -1 }, 'E_VALIDATION'],
  ] as const) {
    expect(await ask(ROTATE, variables)).toMatchObject({ errors: [{ extensions: { code } }] });
  }
});

it('revokes a token, of a host too', async () => {
  const { hostId, token } = await api.enrol('revoked');
  const agents = (await ask(LIST, { filter: { kind: 'AGENT' } })).data['tokens'] as {
    edges: { node: { id: string; hostId: string } }[];
  };
  const id = agents.edges.find(({ node }) => node.hostId === hostId)?.node.id;
  expect(await ask(REVOKE, { id })).toMatchObject({ data: { revokeToken: { id, revokedAt: expect.any(String) } } });
  expect((await api.postJson('/v1/reports', token, {})).status).toBe(401);
  expect(await ask(REVOKE, { id })).toMatchObject({ errors: [{ extensions: { code: 'E_NOT_FOUND' } }] });
});

it('lists tokens page by page, newest first, of a kind and live ones only', async () => {
  const old = await create({ kind: 'OPERATOR', name: 'old' });
  const live = await create({ kind: 'OPERATOR', name: 'live' });
  await ask(REVOKE, { id: old.token.id });
  type Tokens = { edges: { node: { id: string } }[]; pageInfo: { hasNextPage: boolean; endCursor: string } };
  const list = async (variables: object) => (await ask(LIST, { ...variables })).data['tokens'] as Tokens;
  const ids = ({ edges }: Tokens) => edges.map(({ node }) => node.id);
  const first = await list({ filter: { kind: 'OPERATOR' }, first: 1 });
  expect([ids(first), first.pageInfo.hasNextPage]).toEqual([[live.token.id], true]);
  expect(ids(await list({ filter: { kind: 'OPERATOR' }, first: 1, after: first.pageInfo.endCursor }))).toEqual([
    old.token.id,
  ]);
  const all = ids(await list({ filter: { live: true } }));
  expect(all).toContain(live.token.id);
  expect(all).not.toContain(old.token.id);
});

it.each([
  [{ kind: 'AGENT' }, 'kind: expected no agent: hosts get their tokens by enrolling'],
  [{ name: '' }, 'name: '],
  [{ name: 'a\u001b[2J' }, 'name: expected no control characters'],
  [{ labels: [{ name: 'rack', value: '9' }] }, 'labels: only a token of kind enroll has them'],
  [{ kind: 'ENROLL', labels: [{ name: '9', value: 'rack' }] }, 'labels: '],
  [{ expiresAt: 'soon' }, 'expiresAt: expected a time as ISO 8601'],
  [{ expiresAt: '2001-01-01T00:00:00Z' }, 'expiresAt: expected a time to come'],
])('says what is wrong with %j, and makes nothing', async (wrong, message) => {
  const before = await api.counts();
  expect(await ask(CREATE, { token: { kind: 'READER', name: 'wrong', ...wrong } })).toMatchObject({
    errors: [{ message: expect.stringContaining(message), extensions: { code: 'E_VALIDATION' } }],
  });
  expect(await api.counts()).toEqual(before);
});

it('is for admins only: others neither see nor change tokens', async () => {
  const operator = (await create({ kind: 'OPERATOR', name: 'op' })).secret;
  const before = await api.counts();
  for (const token of [api.reader, operator]) {
    for (const [query, variables] of [
      [LIST, {}],
      [CREATE, { token: { kind: 'ADMIN', name: 'me' } }],
      [ROTATE, { id: adminId }],
      [REVOKE, { id: adminId }],
    ] as const) {
      expect(await ask(query, variables, token)).toMatchObject({ errors: [{ extensions: { code: 'E_FORBIDDEN' } }] });
    }
  }
  expect(await api.counts()).toEqual(before);
  expect(await statusOf(admin)).toBe(200);
});

it('leaves an event of each change; each secret stands in one answer, and in no event or line of the log', async () => {
  const made = await create({ kind: 'READER', name: 'audited' });
  const next = (await ask(ROTATE, { id: made.token.id })).data['rotateToken'] as Issued;
  await ask(REVOKE, { id: next.token.id });
  await ask(LIST);
  const { items } = await api.repositories.audit.events({ actor: `token ${adminId}` }, { first: 200, after: null });
  expect(items.slice(0, 3).map(({ node }) => [node.action, node.object])).toEqual([
    ['token.revoke', `token ${next.token.id}`],
    ['token.rotate', `token ${made.token.id}`],
    ['token.create', `token ${made.token.id}`],
  ]);
  for (const { secret } of [made, next]) {
    expect(answers.filter(({ text }) => text.includes(secret))).toHaveLength(1);
    expect([JSON.stringify(items), ...api.log].join('\n')).not.toContain(secret);
  }
});
