import { Access, systemClock } from '@altmap/core';
import { BUILT_IN_POLICY_TEXT } from '@altmap/policy';
import { freshDatabase } from '@altmap/testkit';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { CRITICAL, seedHost, verdictOf } from '../testing/seed-fleet.ts';
import { TestApi } from '../testing/test-api.ts';

let api: TestApi;
let operator: string;
let hostId: string;
beforeAll(async () => {
  api = await TestApi.start(await freshDatabase());
  ({ token: operator } = await new Access(api.repositories.tokens, systemClock, 'test').issue('operator', 'test'));
  ({ hostId } = await seedHost(api, 'node-1', { verdicts: [verdictOf({})], findings: [CRITICAL] }));
});
afterAll(() => api.close());

async function data<T>(query: string, variables: Record<string, unknown> = {}, token = operator): Promise<T> {
  const { body } = await api.query(query, variables, token);
  expect(body['errors']).toBeUndefined();
  return body['data'] as T;
}
const codeOf = async (query: string, token: string): Promise<unknown> => {
  const { body } = await api.query(query, {}, token);
  return (body['errors'] as { extensions: { code: string } }[] | undefined)?.[0]?.extensions.code;
};

const STATES =
  '{ findings(filter: { state: ALL }) { edges { node { state episode waiver { owner code } evidence { engineVersion inputDigest } } } } }';

test('a waiver is added and ended; the finding shows it and its evidence', async () => {
  const { addWaiver } = await data<{ addWaiver: { waived: number; waiver: { id: string; labels: string[] } } }>(
    `mutation ($waiver: NewWaiver!) { addWaiver(waiver: $waiver) { waived waiver { id labels hostId createdBy endedAt } } }`,
    { waiver: { reason: 'known', owner: 'ann', expiresAt: '2999-01-01T00:00:00Z', hostId, labels: ['!rack'] } },
  );
  expect(addWaiver).toMatchObject({ waived: 1, waiver: { labels: ['!rack'], hostId, endedAt: null } });
  const evidence = { engineVersion: 'engine-1', inputDigest: expect.stringMatching(/^[0-9a-f]{64}$/) };
  expect(await data(STATES)).toEqual({
    findings: { edges: [{ node: { state: 'WAIVED', episode: 1, waiver: { owner: 'ann', code: null }, evidence } }] },
  });
  expect(await data('{ waivers { owner } findings { edges { node { id } } } }')).toEqual({
    waivers: [{ owner: 'ann' }],
    findings: { edges: [] },
  });
  await data('mutation ($id: ID!) { endWaiver(id: $id) { reopened } }', { id: addWaiver.waiver.id });
  expect(await data(STATES)).toEqual({
    findings: { edges: [{ node: { state: 'OPEN', episode: 2, waiver: null, evidence } }] },
  });
});

test('a policy is tried, then applied; each asks for a pass over all hosts', async () => {
  expect(await data('{ policy { version text appliedBy } }')).toEqual({
    policy: { version: 0, text: BUILT_IN_POLICY_TEXT, appliedBy: null },
  });
  const text = 'version: 1\nname: ours\n';
  const apply = `mutation ($text: String!, $dryRun: Boolean!) {
    applyPolicy(text: $text, dryRun: $dryRun) { version run { id dryRun state changes { edges { node { code } } } } } }`;
  const tried = await data<{ applyPolicy: { run: { id: string } } }>(apply, { text, dryRun: true });
  expect(tried).toMatchObject({
    applyPolicy: { version: null, run: { dryRun: true, state: 'PENDING', changes: { edges: [] } } },
  });
  expect(await data(apply, { text, dryRun: false })).toMatchObject({ applyPolicy: { version: 1 } });
  expect(await data('{ policy { version text } policyVersions { version } }')).toEqual({
    policy: { version: 1, text },
    policyVersions: [{ version: 1 }],
  });
  const { id } = tried.applyPolicy.run;
  const query = 'query ($id: ID!) { rejudgeRun(id: $id) { id hosts engineVersion finishedAt } }';
  expect(await data(query, { id })).toEqual({ rejudgeRun: { id, hosts: 0, engineVersion: null, finishedAt: null } });
  expect(await data('mutation { rejudge(dryRun: true) { state dryRun } }')).toEqual({
    rejudge: { state: 'PENDING', dryRun: true },
  });
});

test('changes need the scope operate, and a policy that can be read', async () => {
  const waiver = '{ reason: "r", owner: "o", expiresAt: "2999-01-01T00:00:00Z", code: "A" }';
  expect(await codeOf(`mutation { addWaiver(waiver: ${waiver}) { waived } }`, api.reader)).toBe('E_FORBIDDEN');
  expect(await codeOf('mutation { applyPolicy(text: "", dryRun: true) { version } }', api.reader)).toBe('E_FORBIDDEN');
  expect(await codeOf('mutation { rejudge(dryRun: true) { id } }', api.reader)).toBe('E_FORBIDDEN');
  expect(await codeOf('mutation { applyPolicy(text: "a: b", dryRun: true) { version } }', operator)).toBe(
    'E_VALIDATION',
  );
  const soon = waiver.replace('2999', 'soon');
  expect(await codeOf(`mutation { addWaiver(waiver: ${soon}) { waived } }`, operator)).toBe('E_VALIDATION');
});

test('the built-in policy is shown, whatever is in force', async () => {
  expect(await data('{ builtInPolicy }', {}, api.reader)).toEqual({ builtInPolicy: BUILT_IN_POLICY_TEXT });
});
