import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { chmod, mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { bundle } from '@altmap/build';
import { closeDatabase, createDatabase, type Database, migrateToLatest } from '@altmap/db';
import { freePort, startEmbeddedPostgres } from '@altmap/embedded-postgres';
import { prepareQueue } from '@altmap/queue';
import { Program } from './program.ts';

/** Servers of this run alone, on 127.0.0.1, with data that is thrown away. */
export interface Servers {
  readonly databaseUrl: string;
  readonly database: Database;
  /** Null where neither redis-server nor valkey-server is on the PATH. */
  readonly redisUrl: string | null;
  /** The API in a process of its own; gives where it listens. */
  startApi(): Promise<string>;
  startWorker(): Promise<void>;
  start(program: Promise<Program>): Promise<Program>;
  stop(): Promise<void>;
}

/** Jobs that a worker, ours or the one that does nothing, runs at a time. */
export const CONCURRENCY = 8;
const ROOT = fileURLToPath(new URL('../../../', import.meta.url));

export async function startServers(): Promise<Servers> {
  const closers: (() => Promise<unknown>)[] = [];
  const stop = async (): Promise<void> => {
    for (const close of closers.splice(0).reverse()) await close();
  };
  try {
    const folder = await mkdtemp(path.join(tmpdir(), 'altmap-bench-'));
    // Postgres runs as another user than root and must be able to enter.
    await chmod(folder, 0o755);
    closers.push(() => rm(folder, { recursive: true, force: true, maxRetries: 5 }));
    const postgres = await startEmbeddedPostgres({ dir: path.join(folder, 'postgres'), durable: true });
    closers.push(() => postgres.stop());
    const database = createDatabase(postgres.url, { poolSize: 4, applicationName: 'bench', onError: () => {} });
    closers.push(() => closeDatabase(database));
    await migrateToLatest(database, { log: () => {} });
    const redisUrl = await startRedis(folder, closers);
    const queueUrl = redisUrl ?? postgres.url;
    await prepareQueue(queueUrl);
    const programs = await bundledPrograms(closers);
    const environment = {
      ALTMAP_DATABASE_URL: postgres.url,
      ALTMAP_QUEUE_URL: queueUrl,
      ALTMAP_LOG_LEVEL: 'info',
      ALTMAP_RATE_LIMIT: '1000000',
      ALTMAP_WORKER_CONCURRENCY: String(CONCURRENCY),
    };
    const start = async (starting: Promise<Program>): Promise<Program> => {
      const program = await starting;
      closers.push(() => program.stop());
      return program;
    };
    return {
      databaseUrl: postgres.url,
      database,
      redisUrl,
      async startApi() {
        const port = String(await freePort());
        const settings = { ...environment, ALTMAP_LISTEN_PORT: port };
        await start(Program.start(programs.api, settings, '"msg":"listening"'));
        return `http://127.0.0.1:${port}`;
      },
      async startWorker() {
        await start(Program.start(programs.worker, environment, '"msg":"working"'));
      },
      start,
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** API and worker, bundled from source as the build does, in a folder from which they find the installed packages. */
async function bundledPrograms(closers: (() => Promise<unknown>)[]): Promise<{ api: string; worker: string }> {
  const cache = path.join(ROOT, 'node_modules/.cache/altmap');
  await mkdir(cache, { recursive: true });
  const folder = await mkdtemp(path.join(cache, 'bench-'));
  closers.push(() => rm(folder, { recursive: true, force: true }));
  await bundle({ api: 'apps/api/src/main.ts', worker: 'apps/worker/src/main.ts' }, folder);
  return { api: path.join(folder, 'api.js'), worker: path.join(folder, 'worker.js') };
}

async function startRedis(folder: string, closers: (() => Promise<unknown>)[]): Promise<string | null> {
  const folders = (process.env['PATH'] ?? '').split(path.delimiter).filter((entry) => entry !== '');
  const candidates = ['redis-server', 'valkey-server'].flatMap((name) =>
    folders.map((entry) => path.join(entry, name)),
  );
  const program = candidates.find((file) => existsSync(file));
  if (program === undefined) return null;
  const port = await freePort();
  const options = { port, bind: '127.0.0.1', dir: folder, save: '', appendonly: 'no' };
  const flags = Object.entries(options).flatMap(([name, value]) => [`--${name}`, String(value)]);
  const child = spawn(program, flags, { stdio: ['ignore', 'pipe', 'inherit'] });
  closers.push(() => ended(child));
  await new Promise<void>((resolve, reject) => {
    let log = '';
    child.stdout.on('data', (chunk: Buffer) => {
      log += chunk.toString();
      if (log.includes('Ready to accept connections')) resolve();
    });
    child.once('exit', (code) => reject(new Error(`${program} ended with ${code}: ${log}`)));
  });
  return `redis://127.0.0.1:${port}`;
}

async function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exit = new Promise((resolve) => child.once('exit', resolve));
  child.kill('SIGTERM');
  await exit;
}
