import { createHash } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import { Access, systemClock } from '@altmap/core';
import {
  closeDatabase,
  createDatabase,
  createRepositories,
  type Database,
  migrateToLatest,
  type Repositories,
} from '@altmap/db';
import { createLogger, loadConfig } from '@altmap/platform';
import type { Manifest, PartKind } from '@altmap/protocol';
import { prepareQueue } from '@altmap/queue';
import { type ApiDependencies, type RunningApi, startApi } from '../start-api.ts';

export const sha256 = (content: string | Uint8Array): string => createHash('sha256').update(content).digest('hex');

/** One request's answer, read whole. */
export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  /** The body as JSON. */
  readonly body: Readonly<Record<string, unknown>>;
}

export interface TestHost {
  readonly machine: string;
  readonly token: string;
  readonly hostId: string;
}

/** A real server on a real, migrated Postgres, with tokens to talk to it. */
export class TestApi {
  readonly api: RunningApi;
  readonly database: Database;
  readonly repositories: Repositories;
  readonly reader: string;
  readonly enroll: string;
  readonly log: readonly string[];

  private constructor(members: Pick<TestApi, 'api' | 'database' | 'repositories' | 'reader' | 'enroll' | 'log'>) {
    this.api = members.api;
    this.database = members.database;
    this.repositories = members.repositories;
    this.reader = members.reader;
    this.enroll = members.enroll;
    this.log = members.log;
  }

  static async start(
    databaseUrl: string,
    environment: Readonly<Record<string, string>> = {},
    dependencies: ApiDependencies = {},
  ): Promise<TestApi> {
    const config = loadConfig({
      ALTMAP_DATABASE_URL: databaseUrl,
      ALTMAP_LISTEN_PORT: '0',
      ALTMAP_RATE_LIMIT: '100000',
      ALTMAP_LOG_LEVEL: 'info',
      ...environment,
    });
    const options = { poolSize: 2, applicationName: 'altmap-api-test', onError: () => {} };
    const database = createDatabase(databaseUrl, options);
    await migrateToLatest(database, { log: () => {} });
    await prepareQueue(config.ALTMAP_QUEUE_URL ?? databaseUrl);
    const log: string[] = [];
    const logger = createLogger(config, 'api', { write: (line) => log.push(line) });
    const api = await startApi(config, { logger, ...dependencies });
    const repositories = createRepositories(database);
    const access = new Access(repositories.tokens, systemClock);
    const { token: reader } = await access.issue('reader', 'test');
    const { token: enroll } = await access.issue('enroll', 'test');
    return new TestApi({ api, database, repositories, reader, enroll, log });
  }

  async close(): Promise<void> {
    await this.api.close();
    await closeDatabase(this.database);
  }

  async request(
    method: string,
    path: string,
    init: Omit<RequestInit, 'method'> & { token?: string } = {},
  ): Promise<Answer> {
    const { token, headers, ...rest } = init;
    const authorization = token === undefined ? {} : { authorization: `Bearer ${token}` };
    const response = await fetch(this.api.url + path, { method, headers: { ...authorization, ...headers }, ...rest });
    const text = await response.text();
    const isJson = /[+/]json/.test(response.headers.get('content-type') ?? '');
    return { status: response.status, headers: response.headers, text, body: isJson ? JSON.parse(text) : {} };
  }

  postJson(path: string, token: string, body: unknown): Promise<Answer> {
    return this.request('POST', path, {
      token,
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
  }

  putBlob(digest: string, token: string, body: Uint8Array<ArrayBuffer>, encoding = 'identity'): Promise<Answer> {
    const headers = { 'content-type': 'application/octet-stream', 'content-encoding': encoding };
    return this.request('PUT', `/v1/blobs/sha256:${digest}`, { token, headers, body });
  }

  async enrol(name: string, labels: Readonly<Record<string, string>> = {}): Promise<TestHost> {
    const machine = sha256(`machine ${name}`);
    const { body } = await this.postJson('/v1/hosts', this.enroll, { machine, name, labels });
    return { machine, token: String(body.token), hostId: String(body.hostId) };
  }

  /** Manifest, missing blobs, manifest: as an agent does. Gives the last answer. */
  async report(
    host: TestHost,
    parts: Partial<Record<PartKind, string>>,
    said: Partial<Manifest> = {},
  ): Promise<Answer> {
    const manifest = manifestOf(host, parts, said);
    const first = await this.postJson('/v1/reports', host.token, manifest);
    if (first.body.state !== 'incomplete') return first;
    const missing = new Set(first.body.missing as string[]);
    for (const content of Object.values(parts)) {
      if (missing.delete(sha256(content))) await this.putBlob(sha256(content), host.token, gzipSync(content), 'gzip');
    }
    return this.postJson('/v1/reports', host.token, manifest);
  }

  async query(query: string, variables: Readonly<Record<string, unknown>> = {}, token = this.reader): Promise<Answer> {
    return this.postJson('/graphql', token, { query, variables });
  }

  /** One sample of /metrics, by its name and labels. */
  async metric(sample: string): Promise<number> {
    const { text } = await this.request('GET', '/metrics');
    const line = text.split('\n').find((one) => one.startsWith(`${sample} `));
    if (line === undefined) throw new Error(`no sample ${sample} in /metrics`);
    return Number(line.slice(sample.length + 1));
  }

  /** Rows of each table that intake writes: equal before and after means that nothing was stored. */
  async counts(): Promise<Readonly<Record<string, number>>> {
    const tables = ['host', 'token', 'report', 'report_part', 'blob'] as const;
    const count = async (table: (typeof tables)[number]): Promise<[string, number]> => {
      const { n } = await this.database
        .selectFrom(table)
        .select((eb) => eb.fn.countAll<number>().as('n'))
        .executeTakeFirstOrThrow();
      return [table, n];
    };
    return Object.fromEntries(await Promise.all(tables.map(count)));
  }
}

export function manifestOf(
  host: TestHost,
  parts: Partial<Record<PartKind, string>>,
  said: Partial<Manifest> = {},
): Manifest {
  return {
    version: 1,
    machine: host.machine,
    collectedAt: '2026-11-22T10:00:00Z',
    release: '6.12.1',
    pageSize: 4096,
    parts: Object.entries(parts).map(([kind, content]) => ({
      kind: kind as PartKind,
      sha256: sha256(content),
      bytes: Buffer.byteLength(content),
    })),
    absent: [],
    ...said,
  };
}
