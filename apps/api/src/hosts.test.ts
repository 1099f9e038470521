import { Access, RecordConfigChange, systemClock } from '@altmap/core';
import { diffSymbols } from '@altmap/policy';
import { freshDatabase } from '@altmap/testkit';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { CRITICAL, seedHost, verdictOf } from './testing/seed-fleet.ts';
import { TestApi } from './testing/test-api.ts';

let api: TestApi;
let operator: string;
let operatorId: string;
beforeAll(async () => {
  api = await TestApi.start(await freshDatabase(), { ALTMAP_HOST_STALE_HOURS: '24' });
  const issued = await new Access(api.repositories.tokens, systemClock).issue('operator', 'test');
  operator = issued.token;
  operatorId = issued.id;
});
afterAll(() => api.close());

const LABEL = `mutation ($id: ID!, $set: [LabelInput!], $remove: [String!]) {
  setHostLabels(id: $id, set: $set, remove: $remove) { labels { name value } }
}`;
const REMOVE = 'mutation ($id: ID!) { removeHost(id: $id) { name removedAt findings { id } } }';

it('an operator sets labels and takes them away, and the audit trail tells', async () => {
  const { hostId: id } = await api.enrol('labelled', { rack: '1', role: 'db' });
  const set = [{ name: 'rack', value: '2' }];
  const { body } = await api.query(LABEL, { id, set, remove: ['role'] }, operator);
  expect(body.data).toEqual({ setHostLabels: { labels: [{ name: 'rack', value: '2' }] } });
  const { items } = await api.repositories.audit.events({ object: `host ${id}` }, { first: 1, after: null });
  expect(items[0]?.node).toMatchObject({
    actor: `token ${operatorId}`,
    action: 'host.label',
    details: { set: { rack: '2' }, remove: ['role'], labels: { rack: '2' } },
  });

  for (const [variables, code] of [
    [{ id, set: [{ name: '1', value: 'x' }] }, 'E_VALIDATION'],
    [{ id, set: [{ name: 'x', value: 'a\u001b[2J' }] }, 'E_VALIDATION'],
    [{ id: '0199f0de-0000-7000-8000-000000000001', set }, 'E_NOT_FOUND'],
    [{ id: 'nothing', set }, 'E_NOT_FOUND'],
  ] as const) {
    expect((await api.query(LABEL, variables, operator)).body).toMatchObject({ errors: [{ extensions: { code } }] });
  }
});

it('a reader changes nothing, and nobody changes anything by GET', async () => {
  const { hostId: id } = await api.enrol('untouched');
  for (const mutation of [LABEL, REMOVE]) {
    const { body } = await api.query(mutation, { id, set: [], remove: [] });
    expect(body).toMatchObject({ errors: [{ extensions: { code: 'E_FORBIDDEN' } }] });
  }
  const query = new URLSearchParams({ query: REMOVE, variables: JSON.stringify({ id }) });
  const byGet = await api.request('GET', `/graphql?${query.toString()}`, { token: operator });
  expect(byGet.status).toBeGreaterThanOrEqual(400);
  expect(await api.repositories.fleet.hostsByIds([id])).toMatchObject([{ removedAt: null }]);
});

it('a removed host is out of the fleet: findings resolved, token refused, until it enrols again', async () => {
  const host = await seedHost(api, 'leaving', { verdicts: [verdictOf({})], findings: [CRITICAL] });
  const { body } = await api.query(REMOVE, { id: host.hostId }, operator);
  expect(body.data).toEqual({
    removeHost: { name: 'leaving', removedAt: expect.stringMatching(/^20/), findings: [] },
  });
  const again = await api.query(REMOVE, { id: host.hostId }, operator);
  expect(again.body).toMatchObject({ errors: [{ extensions: { code: 'E_NOT_FOUND' } }] });
  const listed = await api.query('{ hosts(filter: { name: "leaving" }) { edges { node { id } } } }');
  expect(listed.body.data).toEqual({ hosts: { edges: [] } });
  const found = await api.query(
    `{ findings(filter: { hostId: "${host.hostId}", state: RESOLVED }) { edges { node { code host { name } } } } }`,
  );
  expect(found.body.data).toEqual({
    findings: { edges: [{ node: { code: CRITICAL.code, host: { name: 'leaving' } } }] },
  });

  const tokens = (await api.repositories.tokens.list({ kind: 'agent' }, { first: 100, after: null })).items
    .map(({ node }) => node)
    .filter((token) => token.hostId === host.hostId);
  expect(tokens.map((token) => token.revokedAt)).toEqual([expect.any(Date)]);
  const back = await api.enrol('leaving');
  expect(back.hostId).toBe(host.hostId);
  const parts = { config: 'CONFIG_LOCALVERSION="leaving"\n' };
  expect((await api.report(back, parts)).body.state).toBe('accepted');
});

it('tells what differs between two reports', async () => {
  const host = await api.enrol('diff');
  const reports: string[] = [];
  for (const [config, pageSize] of [
    ['CONFIG_A=y\nCONFIG_B=m\n', 4096],
    ['# CONFIG_A is not set\nCONFIG_B=m\nCONFIG_C="x"\n', 65536],
  ] as const) {
    reports.push(String((await api.report(host, { config }, { pageSize })).body.reportId));
  }
  const query = `query ($a: ID!, $b: ID!) { reportDiff(a: $a, b: $b) {
    release { before } pageSize { before after }
    config { complete changes { symbol before { state value } after { state value } } }
    memoryMap { change start } devices { name change fields { field before after } }
  } }`;
  const [a, b] = reports;
  expect((await api.query(query, { a, b })).body.data).toEqual({
    reportDiff: {
      release: null,
      pageSize: { before: 4096, after: 65536 },
      config: {
        complete: false,
        changes: [
          { symbol: 'A', before: { state: 'SET', value: 'y' }, after: { state: 'NOT_SET', value: null } },
          { symbol: 'C', before: { state: 'ABSENT', value: null }, after: { state: 'SET', value: '"x"' } },
        ],
      },
      memoryMap: null,
      devices: [],
    },
  });
  const none = '0199f0de-0000-7000-8000-000000000001';
  for (const other of [none, 'junk']) {
    const { body } = await api.query(query, { a, b: other });
    expect(body).toMatchObject({ errors: [{ extensions: { code: 'E_NOT_FOUND' } }] });
  }
});

it('lists the reports of a host, newest first, with what is absent and why', async () => {
  const host = await api.enrol('reports');
  const absent = [{ kind: 'dmesg' as const, reason: 'not permitted' }];
  const reports: unknown[] = [];
  for (const said of [{ absent }, { pageSize: 65536 as const }]) {
    reports.unshift((await api.report(host, { config: 'CONFIG_A=y\n' }, said)).body.reportId);
  }
  const query = `query ($hostId: ID!, $after: String) { reports(hostId: $hostId, first: 1, after: $after) {
    edges { node { id pageSize absent { kind reason } } } pageInfo { hasNextPage endCursor }
  } }`;
  const newest = (await api.query(query, { hostId: host.hostId })).body.data as {
    reports: { pageInfo: { endCursor: string } };
  };
  expect(newest).toMatchObject({
    reports: { edges: [{ node: { id: reports[0], pageSize: 65536, absent: [] } }], pageInfo: { hasNextPage: true } },
  });
  const after = newest.reports.pageInfo.endCursor;
  expect((await api.query(query, { hostId: host.hostId, after })).body.data).toMatchObject({
    reports: { edges: [{ node: { id: reports[1], absent } }], pageInfo: { hasNextPage: false } },
  });
});

it('tells which hosts changed a symbol, and when', async () => {
  const host = await api.enrol('history');
  const { blobs, configHistory } = api.repositories;
  const recorder = new RecordConfigChange(configHistory, blobs, diffSymbols);
  for (const config of ['CONFIG_SOME_HISTORY=y\n', '# CONFIG_SOME_HISTORY is not set\n']) {
    await recorder.record(String((await api.report(host, { config })).body.reportId));
  }
  const query = `query ($symbol: String!, $hostId: ID) { symbolHistory(symbol: $symbol, hostId: $hostId) {
    edges { node { symbol at reportId host { name } before { state value } after { state } } } pageInfo { hasNextPage }
  } }`;
  const [row] = await api.repositories.fleet.hostsByIds([host.hostId]);
  for (const symbol of ['CONFIG_SOME_HISTORY', 'SOME_HISTORY']) {
    const { body } = await api.query(query, { symbol, hostId: host.hostId });
    expect(body.data).toEqual({
      symbolHistory: {
        edges: [
          {
            node: {
              symbol: 'SOME_HISTORY',
              at: expect.stringMatching(/^20/),
              reportId: row?.latestReportId,
              host: { name: 'history' },
              before: { state: 'SET', value: 'y' },
              after: { state: 'NOT_SET' },
            },
          },
        ],
        pageInfo: { hasNextPage: false },
      },
    });
  }
});

it('a host that was not heard of for ALTMAP_HOST_STALE_HOURS is stale', async () => {
  const fresh = await api.enrol('age-fresh');
  const old = await api.enrol('age-old');
  await api.database
    .updateTable('host')
    .set({ last_seen_at: new Date(Date.now() - 25 * 3_600_000) })
    .where('id', '=', old.hostId)
    .execute();
  const ask = async (filter: string): Promise<unknown> =>
    (await api.query(`{ hosts(filter: { name: "age-" ${filter} }) { edges { node { id stale } } } }`)).body.data;
  const [freshNode, oldNode] = [
    { node: { id: fresh.hostId, stale: false } },
    { node: { id: old.hostId, stale: true } },
  ];
  expect(await ask('')).toEqual({ hosts: { edges: [freshNode, oldNode] } });
  expect(await ask('stale: true')).toEqual({ hosts: { edges: [oldNode] } });
  expect(await ask('stale: false')).toEqual({ hosts: { edges: [freshNode] } });
});
