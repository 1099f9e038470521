import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { closeDatabase, createDatabase, migrateToLatest } from '@altmap/db';
import { prepareQueue } from '@altmap/queue';
import { freshDatabase } from '@altmap/testkit';
import { build } from 'esbuild';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const ROOT = fileURLToPath(new URL('../../../', import.meta.url));
let folder: string;
let program: string;

beforeAll(async () => {
  await mkdir(join(ROOT, 'node_modules/.cache/altmap'), { recursive: true });
  folder = await mkdtemp(join(ROOT, 'node_modules/.cache/altmap/api-'));
  program = join(folder, 'api.mjs');
  await build({
    absWorkingDir: ROOT,
    entryPoints: ['apps/api/src/main.ts'],
    outfile: program,
    bundle: true,
    format: 'esm',
    platform: 'node',
    plugins: [
      {
        name: 'only-ours',
        setup({ onResolve }) {
          onResolve({ filter: /^[^./]/ }, ({ path, kind }) =>
            kind === 'entry-point' || path.startsWith('@altmap/') ? undefined : { path, external: true },
          );
        },
      },
    ],
  });
});
afterAll(() => rm(folder, { recursive: true, force: true }));

function run(environment: Readonly<Record<string, string>>): { child: ChildProcess; said: () => string } {
  const { PATH = '', HOME = '' } = process.env;
  const child = spawn(process.execPath, [program], {
    env: { PATH, HOME, ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let text = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => (text += chunk.toString()));
  return { child, said: () => text };
}

describe('the API process', () => {
  it('says everything that is wrong with its configuration and exits with 2', async () => {
    const { child, said } = run({ ALTMAP_LISTEN_PORT: 'x', ALTMAP_TYPO: '1' });
    expect((await once(child, 'exit'))[0]).toBe(2);
    for (const name of ['ALTMAP_DATABASE_URL: is not set', 'ALTMAP_LISTEN_PORT', 'ALTMAP_TYPO: no such variable']) {
      expect(said()).toContain(name);
    }
    expect(said()).not.toContain('    at ');
  });

  it('exits with 1 when it cannot start, without showing a password', async () => {
    const { child, said } = run({ ALTMAP_DATABASE_URL: 'postgres://altmap:hunter2@127.0.0.1:1/altmap' });
    expect((await once(child, 'exit'))[0]).toBe(1);
    expect(said()).not.toContain('hunter2');
  });

  it('serves until SIGTERM, then exits with 0', async () => {
    const url = await freshDatabase();
    const database = createDatabase(url, { poolSize: 1, applicationName: 'altmap-api-test', onError: () => {} });
    await migrateToLatest(database, { log: () => {} });
    await closeDatabase(database);
    await prepareQueue(url);
    const { child, said } = run({ ALTMAP_DATABASE_URL: url, ALTMAP_LISTEN_PORT: '0' });
    await expect.poll(said, { timeout: 15_000 }).toContain('"listening"');
    const address = /"url":"(http:[^"]+)","msg":"listening"/.exec(said())?.[1];
    expect((await fetch(`${address}/healthz`)).status).toBe(200);
    child.kill('SIGTERM');
    expect((await once(child, 'exit'))[0]).toBe(0);
  });
});
