import { type ChildProcess, spawn } from 'node:child_process';
import { freePort } from '@altmap/embedded-postgres';
import { findProgram } from './find-program.ts';
import { clearLeftovers, makeServerDirectory, rememberServer, removeServerDirectory } from './server-directory.ts';

export interface TestRedis {
  readonly url: string;
  readonly port: number;
  /** Ends the server at once, as a crash would (SIGKILL). Its port stays known: `restart` listens on it again, empty. */
  kill(): Promise<void>;
  restart(): Promise<void>;
  /** Ends the server and removes its files. */
  stop(): Promise<void>;
}

/** Path of redis-server or valkey-server; null when neither is on the PATH. */
export function findRedisServer(): string | null {
  return findProgram('redis-server', 'valkey-server');
}

async function launch(program: string, port: number, directory: string): Promise<ChildProcess> {
  const options = { port, bind: '127.0.0.1', dir: directory, save: '', appendonly: 'no', daemonize: 'no' };
  const flags = Object.entries(options).flatMap(([name, value]) => [`--${name}`, String(value)]);
  const child = spawn(program, flags, { cwd: directory, stdio: ['ignore', 'pipe', 'pipe'] });
  let log = '';
  await new Promise<void>((resolve, reject) => {
    const read = (chunk: Buffer): void => {
      log += chunk.toString();
      if (log.includes('Ready to accept connections')) resolve();
    };
    child.stdout.on('data', read);
    child.stderr.on('data', read);
    child.once('error', reject);
    child.once('exit', (code) => reject(new Error(`${program} ended with ${code}: ${log}`)));
  });
  if (child.pid !== undefined) await rememberServer(directory, child.pid);
  return child;
}

async function end(child: ChildProcess, signal: NodeJS.Signals): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exited = new Promise((resolve) => child.once('exit', resolve));
  child.kill(signal);
  await exited;
}

/** Starts a Redis or Valkey of its own on 127.0.0.1 and a free port, without persistence. Throws when there is none. */
export async function startRedis(): Promise<TestRedis> {
  const program = findRedisServer();
  if (program === null) throw new Error('expected redis-server or valkey-server on the PATH');
  await clearLeftovers();
  const directory = await makeServerDirectory('redis');
  const port = await freePort();
  let child = await launch(program, port, directory);
  return {
    url: `redis://127.0.0.1:${port}`,
    port,
    kill: () => end(child, 'SIGKILL'),
    async restart() {
      await end(child, 'SIGKILL');
      child = await launch(program, port, directory);
    },
    async stop() {
      await end(child, 'SIGTERM');
      await removeServerDirectory(directory);
    },
  };
}
