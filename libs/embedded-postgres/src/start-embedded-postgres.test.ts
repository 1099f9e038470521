import { spawn } from 'node:child_process';
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createConnection } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { startEmbeddedPostgres } from './start-embedded-postgres.ts';

let dir: string;

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'altmap-embedded-'));
  chmodSync(dir, 0o700);
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

const answers = (url: string): Promise<boolean> =>
  new Promise((done) => {
    const socket = createConnection(Number(new URL(url).port), '127.0.0.1');
    socket.once('connect', () => done(true)).once('error', () => done(false));
    socket.once('connect', () => socket.destroy());
  });

it('starts, stops and starts again on its own data, even below a folder closed to others', async () => {
  const first = await startEmbeddedPostgres({ dir: join(dir, 'data'), durable: false });
  expect(await answers(first.url)).toBe(true);
  await first.stop();
  expect(await answers(first.url)).toBe(false);

  const second = await startEmbeddedPostgres({ dir: join(dir, 'data'), durable: false });
  expect(new URL(second.url).password).toBe(new URL(first.url).password);
  await second.stop();
});

it('takes over from a server whose parent was killed', async () => {
  const module = fileURLToPath(new URL('./start-embedded-postgres.ts', import.meta.url));
  const script = `import { startEmbeddedPostgres } from ${JSON.stringify(module)};
    await startEmbeddedPostgres({ dir: ${JSON.stringify(dir)}, durable: false }); console.log('up'); setInterval(() => {}, 1000);`;
  const parent = spawn(process.execPath, ['--input-type=module', '-e', script], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  await new Promise((up) => parent.stdout.once('data', up));
  const orphan = Number(readFileSync(join(dir, 'cluster/postmaster.pid'), 'utf8').split('\n', 1)[0]);
  parent.kill('SIGKILL');

  const taken = await startEmbeddedPostgres({ dir, durable: false });
  expect(existsSync(`/proc/${orphan}`)).toBe(false);
  expect(await answers(taken.url)).toBe(true);
  await taken.stop();
});
