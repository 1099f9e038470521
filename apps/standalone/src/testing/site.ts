import { Access, systemClock } from '@altmap/core';
import { closeDatabase, createDatabase, createRepositories, type Database, migrateToLatest } from '@altmap/db';
import type { Environment } from '@altmap/platform';
import { type OpenQueue, openQueue, prepareQueue } from '@altmap/queue';
import { Program } from './program.ts';

/** A migrated database and a queue, for programs that run as processes of their own. */
export interface Site {
  readonly database: Database;
  readonly queue: OpenQueue;
  readonly enrolToken: string;
  /** Where an API listens that is started with this environment. */
  readonly url: string;
  readonly environment: Environment;
  start(script: string, changes?: Environment): Program;
  /** Ends whatever was started and still runs. */
  close(): Promise<void>;
}

/** What the testkit gives. */
export interface Servers {
  freshDatabase(): Promise<string>;
  startRedis(): Promise<{ readonly url: string; stop(): Promise<void> }>;
  freePort(): Promise<number>;
}

export async function openSite(backend: 'Postgres' | 'Redis', servers: Servers): Promise<Site> {
  const closers: (() => Promise<unknown>)[] = [];
  const databaseUrl = await servers.freshDatabase();
  let queueUrl = databaseUrl;
  if (backend === 'Redis') {
    // Of its own: all programs use the same keys, and none must take another test's jobs.
    const redis = await servers.startRedis();
    closers.push(() => redis.stop());
    queueUrl = redis.url;
  }
  const database = createDatabase(databaseUrl, { poolSize: 2, applicationName: 'test', onError: () => {} });
  closers.push(() => closeDatabase(database));
  await migrateToLatest(database, { log: () => {} });
  await prepareQueue(queueUrl);
  const queue = await openQueue(queueUrl, { onError: () => {} });
  closers.push(() => queue.close());
  const { token } = await new Access(createRepositories(database).tokens, systemClock).issue('enroll', 'test');
  const port = await servers.freePort();
  const environment = {
    ALTMAP_DATABASE_URL: databaseUrl,
    ALTMAP_QUEUE_URL: queueUrl,
    ALTMAP_LISTEN_PORT: String(port),
    ALTMAP_RATE_LIMIT: '1000000',
    ALTMAP_JOB_LOCK_SECONDS: '2',
    ALTMAP_SWEEP_SECONDS: '0.5',
    ALTMAP_STRANDED_SECONDS: '1',
  };
  return {
    database,
    queue,
    enrolToken: token,
    url: `http://127.0.0.1:${port}`,
    environment,
    start(script, changes = {}) {
      const program = new Program(script, { ...environment, ...changes });
      closers.push(() => program.end('SIGKILL'));
      return program;
    },
    async close() {
      for (const closer of closers.splice(0).reverse()) await closer();
    },
  };
}
