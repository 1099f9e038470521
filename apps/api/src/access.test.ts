import { Access, systemClock, type TokenKind } from '@altmap/core';
import { freshDatabase } from '@altmap/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { manifestOf, TestApi } from './testing/test-api.ts';

let api: TestApi;
let access: Access;
beforeAll(async () => {
  api = await TestApi.start(await freshDatabase(), { ALTMAP_LOG_LEVEL: 'trace' });
  access = new Access(api.repositories.tokens, systemClock, 'test');
});
afterAll(() => api.close());

const tokenOf = async (kind: Exclude<TokenKind, 'agent'>): Promise<string> => (await access.issue(kind, 'test')).token;
const AUDIT = `query ($filter: AuditFilter) {
  auditEvents(first: 200, filter: $filter) { edges { node { actor action object details } } }
}`;

describe('scopes', () => {
  it.each([
    ['reader', 200],
    ['operator', 200],
    ['admin', 200],
    ['enroll', 403],
  ] as const)('a token of kind %s asks with status %i', async (kind, status) => {
    const answer = await api.query('{ __typename }', {}, await tokenOf(kind));
    expect(answer.status).toBe(status);
    if (status === 403) expect(answer.body.detail).toMatch(/scope "read", got one of kind "enroll"/);
  });

  it('only an admin reads the audit trail', async () => {
    for (const kind of ['reader', 'operator'] as const) {
      const { body } = await api.query(AUDIT, {}, await tokenOf(kind));
      expect(body).toMatchObject({ errors: [{ extensions: { code: 'E_FORBIDDEN' } }] });
    }
    expect((await api.query(AUDIT, {}, await tokenOf('admin'))).body).not.toHaveProperty('errors');
  });

  it('no person enrols a host, and no person reports', async () => {
    const host = await api.enrol('scopes');
    for (const kind of ['reader', 'operator', 'admin'] as const) {
      const token = await tokenOf(kind);
      const enrolment = { machine: 'a'.repeat(64), name: 'x' };
      expect((await api.postJson('/v1/hosts', token, enrolment)).body.code).toBe('E_FORBIDDEN');
      const manifest = manifestOf(host, { config: '' });
      expect((await api.postJson('/v1/reports', token, manifest)).body.code).toBe('E_FORBIDDEN');
    }
  });
});

describe('an enrolment token', () => {
  it('gives its labels to whoever enrols with it, over what they say, and the audit trail tells', async () => {
    const { id, token } = await access.issue('enroll', 'rack 12', { labels: { rack: '12' } });
    const enrolment = { machine: 'b'.repeat(64), name: 'db-1', labels: { rack: '1', role: 'db' } };
    const { hostId } = (await api.postJson('/v1/hosts', token, enrolment)).body;
    const { body } = await api.query(`{ host(id: "${String(hostId)}") { labels { name value } } }`);
    expect(new Set((body.data as { host: { labels: unknown[] } }).host.labels)).toEqual(
      new Set([
        { name: 'rack', value: '12' },
        { name: 'role', value: 'db' },
      ]),
    );
    const audit = await api.query(AUDIT, { filter: { object: `host ${String(hostId)}` } }, await tokenOf('admin'));
    expect(audit.body.data).toEqual({
      auditEvents: {
        edges: [
          {
            node: {
              actor: `token ${id}`,
              action: 'host.enrol',
              object: `host ${String(hostId)}`,
              details: { name: 'db-1', labels: { rack: '12', role: 'db' } },
            },
          },
        ],
      },
    });
  });

  it('refuses a host that would get more labels than a host may have', async () => {
    const { token } = await access.issue('enroll', 'rack 12', { labels: { rack: '12' } });
    const labels = Object.fromEntries(Array.from({ length: 64 }, (_, i) => [`l${i}`, 'x']));
    const answer = await api.postJson('/v1/hosts', token, { machine: 'c'.repeat(64), name: 'x', labels });
    expect([answer.status, answer.body.detail]).toEqual([400, 'labels: expected at most 64 labels']);
  });

  it('is no longer good when it has expired or was rotated', async () => {
    const expired = await access.issue('enroll', 'old', { expiresAt: new Date(Date.now() - 1) });
    const rotated = await access.issue('enroll', 'leaked');
    const next = await access.rotate(rotated.id);
    const enrolment = { machine: 'd'.repeat(64), name: 'x' };
    expect((await api.postJson('/v1/hosts', expired.token, enrolment)).status).toBe(401);
    expect((await api.postJson('/v1/hosts', rotated.token, enrolment)).status).toBe(401);
    expect((await api.postJson('/v1/hosts', next?.token ?? '', enrolment)).status).toBe(201);
  });
});

it('no token stands in any log line, error or audit event, whatever is done with it', async () => {
  const tokens = await Promise.all((['reader', 'operator', 'admin', 'enroll'] as const).map(tokenOf));
  const host = await api.enrol('secretive');
  tokens.push(host.token);
  const answers = [];
  for (const token of tokens) {
    answers.push(await api.query('{ __typename }', {}, token));
    answers.push(await api.query(`{ host(id: "${token}") { name } }`));
    answers.push(await api.query(`{ ${token} }`));
    answers.push(await api.request('GET', `/v1/${token}`, { token }));
    answers.push(await api.postJson('/v1/hosts', token, { machine: token, name: 'x' }));
    answers.push(
      await api.request('PUT', '/v1/blobs/sha256:0', { token, headers: { authorization: `Basic ${token}` } }),
    );
  }
  expect(answers.filter(({ status }) => status >= 400).length).toBeGreaterThan(tokens.length);
  const audit = await api.query(AUDIT, {}, tokens[2] ?? '');
  const said = [...api.log, audit.text, ...answers.map(({ text }) => text)].join('\n');
  expect(api.log.length).toBeGreaterThan(tokens.length);
  // What somebody writes into a query or an address comes back in its answer; it is the log that must not have it.
  for (const token of tokens) expect([...api.log, audit.text].join('\n')).not.toContain(token);
  expect(said).toContain('E_FORBIDDEN');
});
