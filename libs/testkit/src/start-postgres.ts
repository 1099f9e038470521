import { type EmbeddedPostgres, freePort, startEmbeddedPostgres } from '@altmap/embedded-postgres';
import pg from 'pg';
import { clearLeftovers, makeServerDirectory, rememberServer, removeServerDirectory } from './server-directory.ts';

export interface TestPostgres {
  /** Superuser's URL of the database `postgres`. */
  readonly url: string;
  /** Makes an empty database of its own and gives its URL. */
  createDatabase(): Promise<string>;
  /** Ends the server at once, as a crash would: what was committed stays. `restart` has it on its port again. */
  kill(): Promise<void>;
  /** Ends the server in good order: its clients are told. `restart` has it on its port again. */
  shutDown(): Promise<void>;
  restart(): Promise<void>;
  /** Ends the server and removes its files. */
  stop(): Promise<void>;
}

const SETTINGS = {
  max_connections: '200',
  shared_buffers: '64MB',
  // Autovacuum would change plans under a test.
  autovacuum: 'off',
  // What was committed outlives kill().
  synchronous_commit: 'on',
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
 * Starts a Postgres of its own, a real server on 127.0.0.1 and a free port, whose data goes with it. A server that a killed
 * test run left behind is ended first.
 */
export async function startPostgres(): Promise<TestPostgres> {
  await clearLeftovers();
  const directory = await makeServerDirectory('postgres');
  const port = await freePort();
  const launch = async (): Promise<EmbeddedPostgres> => {
    const started = await startEmbeddedPostgres({ dir: directory, durable: false, settings: SETTINGS, port });
    await rememberServer(directory, started.pid);
    return started;
  };
  let server: EmbeddedPostgres;
  try {
    server = await launch();
  } catch (error) {
    await removeServerDirectory(directory);
    throw error;
  }
  const { url } = server;

  let stopped: Promise<void> | null = null;
  return {
    url,
    createDatabase: () => createDatabaseOn(url),
    async kill() {
      // Immediate shutdown: no checkpoint, and the next start recovers. SIGKILL would leave the server's children behind.
      process.kill(server.pid, 'SIGQUIT');
      await server.stop();
    },
    shutDown: () => server.stop(),
    async restart() {
      await server.stop();
      server = await launch();
    },
    stop() {
      stopped ??= server.stop().then(() => removeServerDirectory(directory));
      return stopped;
    },
  };
}
