import { closeDatabase, createDatabase } from '@altmap/db';
import { freshDatabase } from '@altmap/testkit';
import { getIntrospectionQuery } from 'graphql';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CRITICAL, seedHost, verdictOf } from '../testing/seed-fleet.ts';
import { type Answer, TestApi } from '../testing/test-api.ts';

let api: TestApi;
let queries = 0;
let closeCounted: () => Promise<void>;

beforeAll(async () => {
  const url = await freshDatabase();
  const database = createDatabase(url, { poolSize: 4, applicationName: 'altmap-api-test', onError: () => {} });
  closeCounted = () => closeDatabase(database);
  const counted = database.withPlugin({
    transformQuery: ({ node }) => {
      queries += 1;
      return node;
    },
    transformResult: async ({ result }) => result,
  });
  api = await TestApi.start(url, {}, { database: counted });
  const oops = verdictOf(
    { basis: 'what-if', pageSize: 65536, sentence: 'Crashes the kernel.' },
    { outcome: 'oops', reason: 'OOPS_SECTION', message: 'BUG' },
  );
  for (let i = 0; i < 50; i++) {
    const name = `node-${String(i).padStart(3, '0')}`;
    const findings = i % 10 === 0 ? [CRITICAL] : [];
    await seedHost(api, name, {
      verdicts: [verdictOf({}), oops],
      findings,
      pageSize: i < 5 ? 65536 : 4096,
      labels: { site: i < 3 ? 'a' : 'b' },
    });
  }
});
afterAll(async () => {
  await api.close();
  await closeCounted();
});

const codesOf = ({ body }: Answer): unknown[] =>
  ((body.errors ?? []) as { extensions?: { code?: unknown } }[]).map((error) => error.extensions?.code);

const FLEET = `query ($first: Int!) {
  hosts(first: $first) {
    edges { cursor node {
      id name labels { name value } createdAt lastSeenAt
      findings { code severity host { name } report { id } }
      report { id state release pageSize checkedAt deviceRanges {
        name start size
        own: verdicts(basis: OWN) { outcome sentence }
        whatIf: verdicts(basis: WHAT_IF, pageSize: 65536) { outcome reason message }
      } }
    } }
    pageInfo { hasNextPage endCursor }
  }
}`;

describe('hosts', () => {
  it('gives a host with its report, ranges, verdicts and findings, in the words of the schema', async () => {
    const { status, body } = await api.query(`{ hosts(first: 1) { edges { node {
      name report { state release pageSize deviceRanges { name region start size provider mode map align verdicts(basis: OWN) {
        basis pageSize question mode align alignInForce outcome reason sentence engineVersion errno message missing facts
        steps { id verdict facts source }
        infoBlock { signature dataoff npfns align pageSize pageStructSize }
        altmap { basePfn reserve free allocated alignLoss }
        memmap { deviceBytes dramBytes pageTableBytes runs { start } }
        usable { start size } lostBytes layout { kind start size } kmem { blocks }
      } } }
      findings { code severity subject summary facts episode firstSeenAt resolvedAt }
    } } } }`);
    expect({ status, body }).toMatchSnapshot();
  });

  it('pages through all hosts by name, each once', async () => {
    const names: string[] = [];
    let after: string | null = null;
    for (let page = 0; page < 8; page++) {
      const query =
        'query ($after: String) { hosts(first: 8, after: $after) { edges { node { name } } pageInfo { hasNextPage endCursor } } }';
      const { body } = await api.query(query, { after });
      const { edges, pageInfo } = (
        body.data as {
          hosts: { edges: { node: { name: string } }[]; pageInfo: { hasNextPage: boolean; endCursor: string } };
        }
      ).hosts;
      names.push(...edges.map((edge) => edge.node.name));
      after = pageInfo.endCursor;
      if (!pageInfo.hasNextPage) break;
    }
    expect(names).toHaveLength(50);
    expect(names).toEqual([...new Set(names)].sort());
  });

  it('filters by page size, outcome, severity and name', async () => {
    const count = async (filter: string): Promise<number> => {
      const { body } = await api.query(`{ hosts(first: 200, filter: ${filter}) { edges { node { id } } } }`);
      return (body.data as { hosts: { edges: unknown[] } }).hosts.edges.length;
    };
    expect(await count('{ pageSize: 65536 }')).toBe(5);
    expect(await count('{ severity: [CRITICAL] }')).toBe(5);
    expect(await count('{ severity: [INFO] }')).toBe(0);
    expect(await count('{ outcome: [OK] }')).toBe(50);
    expect(await count('{ outcome: [OOPS] }')).toBe(0);
    expect(await count('{ name: "NODE-01", pageSize: null }')).toBe(10);
    expect(await count('{ labels: [{ name: "site", value: "a" }] }')).toBe(3);
    expect(await count('{ labels: [{ name: "site", value: "a" }, { name: "rack", value: "1" }] }')).toBe(0);
  });

  it('asks Postgres as often for 50 hosts as for 1', async () => {
    const count = async (first: number): Promise<number> => {
      const before = queries;
      const { body } = await api.query(FLEET, { first });
      expect(codesOf({ body } as Answer)).toEqual([]);
      return queries - before;
    };
    const forOne = await count(1);
    expect(forOne).toBeGreaterThan(0);
    expect(await count(50)).toBe(forOne);
  });

  it('gives null for a host that is not there, and for what is no id', async () => {
    for (const id of ['00000000-0000-7000-8000-000000000000', 'nonsense']) {
      expect((await api.query('query ($id: ID!) { host(id: $id) { name } }', { id })).body).toEqual({
        data: { host: null },
      });
    }
  });
});

describe('findings', () => {
  it('gives the open ones with their hosts, and filters', async () => {
    const query =
      'query ($filter: FindingFilter) { findings(filter: $filter) { edges { node { code host { name } } } pageInfo { hasNextPage } } }';
    const { body } = await api.query(query);
    const { edges, pageInfo } = (
      body.data as { findings: { edges: { node: { host: { name: string } } }[]; pageInfo: unknown } }
    ).findings;
    expect(edges.map((edge) => edge.node.host.name).sort()).toEqual([
      'node-000',
      'node-010',
      'node-020',
      'node-030',
      'node-040',
    ]);
    expect(pageInfo).toEqual({ hasNextPage: false });
    const resolved = await api.query(query, { filter: { state: 'RESOLVED' } });
    expect(resolved.body.data).toMatchObject({ findings: { edges: [] } });
  });
});

describe('limits', () => {
  it('wants a reader token', async () => {
    const host = await api.enrol('agent');
    for (const [token, status, code] of [
      ['altr_x', 401, 'E_UNAUTHENTICATED'],
      [host.token, 403, 'E_FORBIDDEN'],
    ] as const) {
      const answer = await api.query('{ __typename }', {}, token);
      expect([answer.status, answer.body.code, answer.headers.get('content-type')]).toEqual([
        status,
        code,
        'application/problem+json; charset=utf-8',
      ]);
    }
  });

  it('refuses a query of depth 50 before it is validated', async () => {
    const known = `{ findings { edges { node ${'{ host { findings '.repeat(24)} { id } ${'} }'.repeat(24)} } } }`;
    const unknown = `${'{ a '.repeat(50)}${'}'.repeat(50)}`;
    const fragments = `{ ...F } fragment F on Query { ${'a { '.repeat(50)} ...F ${'} '.repeat(50)} }`;
    for (const query of [known, unknown, fragments]) {
      const answer = await api.query(query);
      expect([answer.status, codesOf(answer)]).toEqual([400, ['E_QUERY_TOO_DEEP']]);
    }
  });

  it('refuses a costly query before it is executed, also when it comes again', async () => {
    const wide =
      '{ hosts(first: 200) { edges { node { report { deviceRanges { verdicts { steps { id source facts } } } } } } } }';
    const aliased = `{ ${Array.from({ length: 200 }, (_, i) => `a${i}: hosts(first: 50) { edges { node { id name } } }`).join(' ')} }`;
    const byVariable =
      'query ($n: Int) { hosts(first: $n) { edges { node { findings { host { findings { host { name } } } report { deviceRanges { verdicts { steps { id source facts } } } } } } } } }';
    for (const query of [wide, aliased, byVariable]) {
      for (const attempt of [1, 2, 3]) {
        const before = queries;
        const answer = await api.query(query, { n: 200 });
        expect([query.slice(0, 30), attempt, answer.status, codesOf(answer)]).toEqual([
          query.slice(0, 30),
          attempt,
          400,
          ['E_QUERY_TOO_COSTLY'],
        ]);
        expect(queries).toBe(before);
      }
    }
    expect(codesOf(await api.query(byVariable, { n: 1 }))).toEqual([]);
  });

  it('names what is wrong with a document, a variable, a page or a cursor', async () => {
    const cases: readonly (readonly [string, Record<string, unknown>, string, RegExp])[] = [
      ['{ hosts { nope } }', {}, 'E_VALIDATION', /Cannot query field "nope"/],
      ['{ hosts', {}, 'E_VALIDATION', /Syntax Error/],
      ['null', {}, 'E_VALIDATION', /expected a GraphQL document/],
      ['{"kind":"Document","definitions":[]}', {}, 'E_VALIDATION', /expected a GraphQL document/],
      [`{ ${'a '.repeat(6000)} }`, {}, 'E_VALIDATION', /tokens/],
      [`${'{ a '.repeat(2000)}`, {}, 'E_VALIDATION', /Syntax Error/],
      [
        'query ($n: Int!) { hosts(first: $n) { edges { cursor } } }',
        { n: 'x' },
        'E_VALIDATION',
        /Int cannot represent/,
      ],
      ['query ($n: Int!) { hosts(first: $n) { edges { cursor } } }', {}, 'E_VALIDATION', /"\$n"/],
      ['{ hosts(first: 0) { edges { cursor } } }', {}, 'E_VALIDATION', /expected 1 to 200/],
      ['{ hosts(first: 201) { edges { cursor } } }', {}, 'E_VALIDATION', /expected 1 to 200/],
      ['{ hosts(after: "x") { edges { cursor } } }', {}, 'E_BAD_CURSOR', /cursor/],
    ];
    for (const [query, variables, code, message] of cases) {
      // Once cold, and then as often as it takes to be compiled.
      for (const attempt of [1, 2, 3]) {
        const answer = await api.query(query, variables);
        expect([query.slice(0, 40), attempt, answer.status, codesOf(answer)[0]]).toEqual([
          query.slice(0, 40),
          attempt,
          400,
          code,
        ]);
        expect((answer.body.errors as { message: string }[])[0]?.message).toMatch(message);
      }
    }
  });

  it('takes no batches and no bodies that are not GraphQL', async () => {
    const batch = await api.postJson('/graphql', api.reader, [
      { query: '{ __typename }' },
      { query: '{ __typename }' },
    ]);
    expect([batch.status, codesOf(batch)]).toEqual([400, ['E_VALIDATION']]);
    const headers = { 'content-type': 'application/json' };
    const junk = await api.request('POST', '/graphql', { token: api.reader, headers, body: '\u0000{' });
    expect([junk.status, junk.body.code]).toEqual([400, 'E_VALIDATION']);
  });

  it('runs the operation that is named, compiled or not', async () => {
    const query = 'query A { a: __typename } query B { b: __typename }';
    for (const operationName of ['A', 'A', 'A', 'B', 'A', 'B']) {
      const { body } = await api.postJson('/graphql', api.reader, { query, operationName });
      expect(body).toEqual({ data: { [operationName.toLowerCase()]: 'Query' } });
    }
  });

  it('shows its schema to those who hold a token', async () => {
    const { status, body } = await api.query(getIntrospectionQuery());
    expect([status, body.errors]).toEqual([200, undefined]);
  });

  it('does not tell what broke inside, but logs it under the id that it gives', async () => {
    await api.database.schema.alterTable('finding').renameTo('finding_gone').execute();
    try {
      const answer = await api.query('{ findings { edges { cursor } } }');
      const [error] = answer.body.errors as { message: string; extensions: { code: string; requestId: string } }[];
      expect([answer.status, error?.extensions.code]).toEqual([500, 'E_INTERNAL']);
      expect(answer.text).not.toMatch(/finding_gone|relation|select/i);
      const line = api.log.find((one) => one.includes(String(error?.extensions.requestId)));
      expect(line).toContain('relation');
    } finally {
      await api.database.schema.alterTable('finding_gone').renameTo('finding').execute();
    }
  });
});
