import { readdirSync, readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { gunzipSync, gzipSync } from 'node:zlib';
import { ActivePolicy, CheckReport, FakeJobQueue, systemClock } from '@altmap/core';
import { openCase } from '@altmap/policy';
import { enrol, HostFile, type PartKind, partFile, type ReportClientPorts, sendReport } from '@altmap/protocol';
import { freshDatabase } from '@altmap/testkit';
import { GraphQLSchemaHost } from '@nestjs/graphql';
import { type GraphQLObjectType, type GraphQLSchema, getNamedType, isObjectType } from 'graphql';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { sha256, TestApi } from '../testing/test-api.ts';

const SAMPLES = fileURLToPath(new URL('../../../../samples/', import.meta.url));
const HOSTS = readdirSync(SAMPLES, { withFileTypes: true }).flatMap((entry) =>
  entry.isDirectory() ? [entry.name] : [],
);

function partsOf(folder: string): Map<PartKind, Uint8Array> {
  const found = new Map<PartKind, { rank: number; content: Uint8Array }>();
  for (const file of readdirSync(folder)) {
    const part = partFile(file);
    if (part === null || part.rank >= (found.get(part.kind)?.rank ?? Infinity)) continue;
    const bytes = readFileSync(`${folder}/${file}`);
    found.set(part.kind, { rank: part.rank, content: file.endsWith('.gz') ? gunzipSync(bytes) : bytes });
  }
  return new Map([...found].map(([kind, { content }]) => [kind, content]));
}

/** Every field below a type, but each type only once on the way down. */
function everything(type: GraphQLObjectType, above: readonly string[] = []): string {
  const fields = Object.values(type.getFields()).flatMap((field) => {
    const inner = getNamedType(field.type);
    if (!isObjectType(inner)) return [field.name];
    return above.includes(inner.name) ? [] : [`${field.name} ${everything(inner, [...above, type.name])}`];
  });
  return `{ ${fields.join(' ')} }`;
}

let api: TestApi;
let schema: GraphQLSchema;

beforeAll(async () => {
  api = await TestApi.start(await freshDatabase(), {
    ALTMAP_GRAPHQL_MAX_COST: '10000000',
    ALTMAP_GRAPHQL_MAX_DEPTH: '20',
  });
  ({ schema } = api.api.app.get(GraphQLSchemaHost, { strict: false }));
  const client: ReportClientPorts = {
    url: api.api.url,
    fetch,
    compress: async (bytes) => ({ encoding: 'gzip', body: gzipSync(bytes) }),
    sleep: (ms) => sleep(ms),
  };
  const { checks, blobs } = api.repositories;
  const check = new CheckReport({
    checks,
    blobs,
    policies: new ActivePolicy(api.repositories.policies),
    queue: new FakeJobQueue(),
    clock: systemClock,
    configHistory: { record: async () => {} },
    openCase,
    engineVersion: 'test',
    onEnqueueError: (error) => {
      throw error;
    },
  });
  for (const name of HOSTS) {
    const said = HostFile.parse(JSON.parse(readFileSync(`${SAMPLES}${name}/host.json`, 'utf8')));
    const machine = sha256(name);
    const { token } = await enrol(client, api.enroll, { machine, name, labels: said.labels ?? {} });
    const sent = await sendReport(client, token, {
      machine,
      collectedAt: '2026-11-22T10:00:00Z',
      release: said.release ?? 'unknown',
      pageSize: said.pageSize ?? null,
      parts: partsOf(SAMPLES + name),
      absent: [],
    });
    await check.handle({ reportId: sent.reportId });
  }
});
afterAll(() => api.close());

describe('the sample fleet', () => {
  it('can be read to its last field: every verdict of the engine fits the schema', async () => {
    const query = `{ hosts(first: 200) ${everything(schema.getType('HostConnection') as GraphQLObjectType)} }`;
    for (const attempt of ['executed', 'compiled', 'compiled again']) {
      const { status, body } = await api.query(query);
      expect([attempt, status, body.errors]).toEqual([attempt, 200, undefined]);
      const { edges } = (
        body.data as { hosts: { edges: { node: { report: { state: string; deviceRanges: unknown[] } } }[] } }
      ).hosts;
      expect(edges).toHaveLength(HOSTS.length);
      expect(edges.filter(({ node }) => node.report.state !== 'CHECKED')).toEqual([]);
      expect(edges.some(({ node }) => node.report.deviceRanges.length > 0)).toBe(true);
    }
  });

  it('has findings, each with its host', async () => {
    const query = `{ findings(first: 200) ${everything(schema.getType('FindingConnection') as GraphQLObjectType, ['Report'])} }`;
    const { status, body } = await api.query(query);
    expect([status, body.errors]).toEqual([200, undefined]);
    expect((body.data as { findings: { edges: unknown[] } }).findings.edges.length).toBeGreaterThan(0);
  });

  it('is asked about within the default limits by the question that people ask', async () => {
    const limited = await TestApi.start(await freshDatabase());
    const { body } = await limited.query(`{ hosts(first: 50) { edges { node { id name labels { name value } lastSeenAt
      findings { code severity subject summary }
      report { release pageSize state deviceRanges { name size mode map
        verdicts(basis: OWN) { pageSize question outcome reason sentence memmap { deviceBytes dramBytes } lostBytes } } } } }
      pageInfo { hasNextPage endCursor } } }`);
    expect(body.errors).toBeUndefined();
    await limited.close();
  });
});
