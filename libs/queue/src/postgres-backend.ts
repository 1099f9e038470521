import { createPostgresBackend, type PgPool, Queue, runMigrations, Worker } from 'bullmq';
import { Client, DatabaseError, Pool } from 'pg';
import { type BullQueue, type BullWorker, COMMAND_MS, type OpenBackend } from './backend.ts';

/** BullMQ keeps its tables here, apart from ours, also when both are in one database. */
const SCHEMA = 'bullmq';

/** The URL with the schema as search_path, beside whatever options it has. */
function withSearchPath(url: string): string {
  const parsed = new URL(url);
  const options = [parsed.searchParams.get('options'), `-c search_path=${SCHEMA}`];
  parsed.searchParams.set('options', options.filter((option) => option !== null).join(' '));
  return parsed.href;
}

/** Error classes of Postgres that speak of the server, not of the statement: connection, resources, operator's doing. */
const SERVER_AWAY = /^(08|53|57)/;

/**
 * BullMQ (6.7) waits a while before it asks again only after errors that it knows as those of a lost connection, and it
 * knows those by ECONNREFUSED alone. After all others of this kind (a server that starts, stops, is full or hangs up) a
 * worker with jobs to take would ask thousands of times a second.
 */
function asConnectionError(error: unknown): unknown {
  if (error instanceof DatabaseError && !SERVER_AWAY.test(error.code ?? '')) return error;
  const message = error instanceof Error ? error.message : String(error);
  return Object.assign(new Error(message, { cause: error }), { code: 'ECONNREFUSED' });
}

/** The pool as BullMQ sees it. */
function patient(pool: Pool): PgPool {
  const query = pool.query.bind(pool) as PgPool['query'];
  const seen = pool as unknown as PgPool;
  seen.query = async (text, params) => {
    try {
      return await query(text, params);
    } catch (error) {
      throw asConnectionError(error);
    }
  };
  return seen;
}

/** Jobs in Postgres. One pool for all queues of a process; each worker keeps one connection of it to listen on. */
export const openPostgresBackend: OpenBackend = (url, { use, connections, onError }) => {
  const pool = new Pool({
    connectionString: withSearchPath(url),
    application_name: 'altmap-queue',
    max: connections,
    keepAlive: true,
    connectionTimeoutMillis: COMMAND_MS,
    ...(use === 'add' ? { query_timeout: COMMAND_MS } : {}),
  });
  pool.on('error', onError);
  const connection = patient(pool);
  return {
    queue: (name, options) =>
      new Queue(name, { ...options, connection }, createPostgresBackend) as unknown as BullQueue,
    worker: (name, processor, options) =>
      new Worker(name, processor, { ...options, connection }, createPostgresBackend) as unknown as BullWorker,
    close: () => pool.end(),
  };
};

/** Creates or upgrades BullMQ's tables. Several processes may do so at once: BullMQ takes an advisory lock. */
export async function migratePostgresBackend(url: string): Promise<void> {
  const client = new Client({ connectionString: url, connectionTimeoutMillis: COMMAND_MS });
  await client.connect();
  try {
    await runMigrations(client, SCHEMA);
  } finally {
    await client.end();
  }
}
