import { type EmbeddedPostgres, startEmbeddedPostgres } from '@altmap/embedded-postgres';
import pg from 'pg';
import { clearLeftovers, makeServerDirectory, rememberServer, removeServerDirectory } from './server-directory.ts';

export interface TestPostgres {
  /** Superuser's URL of the database `postgres`. */
  readonly url: string;
  /** Makes an empty database of its own and gives its URL. */
  createDatabase(): Promise<string>;
  /** Ends the server and removes its files. */
  stop(): Promise<void>;
}

const SETTINGS = {
  max_connections: '200',
  shared_buffers: '64MB',
  // Autovacuum would change plans under a test.
  autovacuum: 'off',
};

let databases = 0;

/** Makes an empty database on the server behind `url` and gives its URL. */
export async function createDatabaseOn(url: string): Promise<string> {
  const name = `test_${process.pid}_${Date.now().toString(36)}_${(databases += 1)}`;
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    await client.query(`create database ${pg.escapeIdentifier(name)}`);
  } finally {
    await client.end();
  }
  const made = new URL(url);
  made.pathname = `/${name}`;
  return made.href;
}

/**
 * Starts a Postgres of its own, a real server on 127.0.0.1 and a free port, that keeps nothing. A server that a killed test
 * run left behind is ended first.
 */
export async function startPostgres(): Promise<TestPostgres> {
  await clearLeftovers();
  const directory = await makeServerDirectory('postgres');
  let server: EmbeddedPostgres;
  try {
    server = await startEmbeddedPostgres({ dir: directory, durable: false, settings: SETTINGS });
  } catch (error) {
    await removeServerDirectory(directory);
    throw error;
  }
  await rememberServer(directory, server.pid);

  let stopped: Promise<void> | null = null;
  return {
    url: server.url,
    createDatabase: () => createDatabaseOn(server.url),
    stop() {
      stopped ??= server.stop().then(() => removeServerDirectory(directory));
      return stopped;
    },
  };
}
