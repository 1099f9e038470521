import { Access, systemClock } from '@altmap/core';
import { createRepositories } from '@altmap/db';
import { freePort } from '@altmap/embedded-postgres';
import pg from 'pg';
import { type Figure, round } from './figure.ts';
import { inTurn } from './in-turn.ts';
import { Program } from './program.ts';
import { seedHosts } from './seed-hosts.ts';
import { startServers } from './servers.ts';
import type { SideBySide } from './side-by-side.ts';
import type { Suite } from './suite.ts';

const PAGE = 50;
const WALK = 200;
/** Requests of each side in each round, one after the other. */
const REQUESTS = 40;

const QUERY = `query Page($after: String) {
  hosts(first: ${PAGE}, after: $after) {
    edges { cursor node { id name lastSeenAt labels { name value } findings { id code severity subject summary firstSeenAt } } }
    pageInfo { hasNextPage endCursor }
  }
}`;
const WALK_QUERY = `query Walk($after: String, $first: Int!) {
  hosts(first: $first, after: $after) { pageInfo { endCursor } }
}`;

interface Answer {
  readonly data?: {
    readonly hosts: {
      readonly edges?: readonly { readonly node: { readonly id: string; readonly name: string } }[];
      readonly pageInfo: { readonly endCursor: string | null };
    };
  };
  readonly errors?: unknown;
}

/** A page of 50 hosts with their findings: near the end of the list against its start, and against SQL written by hand. */
export const graphqlSuite: Suite = async ({ rounds, hosts, progress }) => {
  const servers = await startServers();
  const closers = [servers.stop];
  try {
    progress(`graphql: ${hosts} hosts`);
    await seedHosts(servers.database, hosts);
    const access = new Access(createRepositories(servers.database).tokens, systemClock);
    const { token } = await access.issue('reader', 'bench');
    const url = await servers.startApi();
    const port = String(await freePort());
    const environment = { BENCH_DATABASE_URL: servers.databaseUrl, BENCH_PORT: port };
    await servers.start(Program.start(new URL('./bare-server.ts', import.meta.url), environment, 'listening'));
    const client = new pg.Client({ connectionString: servers.databaseUrl });
    await client.connect();
    closers.push(() => client.end());

    const post = async (address: string, body: unknown): Promise<unknown> => {
      const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
      const response = await fetch(address, { method: 'POST', headers, body: JSON.stringify(body) });
      if (!response.ok) throw new Error(`${address}: HTTP ${response.status} ${await response.text()}`);
      return response.json();
    };
    const ask = async (query: string, variables: unknown) => {
      const { data, errors } = (await post(`${url}/graphql`, { query, variables })) as Answer;
      if (data === undefined || errors !== undefined) throw new Error(`graphql: ${JSON.stringify(errors)}`);
      return data.hosts;
    };

    const page = Math.min(1_000, Math.floor(hosts / PAGE));
    progress(`graphql: on the way to page ${page}`);
    let after: string | null = null;
    let skipped = (page - 1) * PAGE;
    while (skipped > 0) {
      const first = Math.min(WALK, skipped);
      after = (await ask(WALK_QUERY, { first, after })).pageInfo.endCursor;
      skipped -= first;
    }
    // What the cursor stands for, in the terms of the hand-written query.
    const { rows } = await client.query<{ name: string; id: string }>(
      'select name, id from host order by name, id offset $1 limit 1',
      [(page - 1) * PAGE - 1],
    );
    const last = rows[0];
    if (last === undefined) throw new Error('expected a host before the page');

    const graphql = (cursor: string | null) => () => ask(QUERY, { after: cursor });
    const route = () => post(`http://127.0.0.1:${port}/page`, last);
    const inOurs = ((await graphql(after)()).edges ?? []).map(({ node }) => node.id);
    const inTheirs = ((await route()) as { id: string }[]).map(({ id }) => id);
    if (inOurs.length !== PAGE || inOurs.join() !== inTheirs.join()) throw new Error('the two pages are not the same');

    progress('graphql: pages');
    const measure = async (a: () => Promise<unknown>, b: () => Promise<unknown>): Promise<SideBySide> => {
      for (const warm of [a, b]) await timeOf(warm);
      return inTurn(
        rounds,
        () => timeOf(a),
        () => timeOf(b),
      );
    };
    const figure = (what: string, { a, b, ratio }: SideBySide, goal: Figure['goal']): Figure => {
      const note = `${round(a.median)} ms against ${round(b.median)} ms, one request at a time`;
      return { suite: 'graphql', what: `${what} (${hosts} hosts)`, ratio, goal, note };
    };
    const named = `page ${page} of ${PAGE} hosts with findings`;
    const atMost = (ratio: number) => ({ is: 'at most', ratio }) as const;
    return [
      figure(`${named}: against page 1`, await measure(graphql(after), graphql(null)), atMost(1.2)),
      figure(
        `${named}: against hand-written SQL behind a bare Fastify route`,
        await measure(graphql(after), route),
        atMost(2),
      ),
    ];
  } finally {
    for (const close of closers.reverse()) await close();
  }
};

/** Milliseconds a request. */
async function timeOf(request: () => Promise<unknown>): Promise<number> {
  const started = performance.now();
  for (let i = 0; i < REQUESTS; i++) await request();
  return (performance.now() - started) / REQUESTS;
}
