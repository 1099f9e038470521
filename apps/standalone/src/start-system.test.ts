import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ConfigError } from '@altmap/platform';
import { afterAll, expect, it } from 'vitest';
import { receiverAdd, receiverList } from './alert-administration.ts';
import { tokenCreate, tokenList, tokenRevoke } from './administration.ts';
import { DataDir, DataDirError } from './data-dir.ts';
import { startSystem } from './start-system.ts';

const dir = mkdtempSync(join(tmpdir(), 'altmap-system-'));
const environment = { ALTMAP_DATA_DIR: dir, ALTMAP_LISTEN_PORT: '0', ALTMAP_LOG_LEVEL: 'silent' };
afterAll(() => rmSync(dir, { recursive: true, force: true }));

async function hostsStatus(apiUrl: string, token: string): Promise<number> {
  const response = await fetch(`${apiUrl}/graphql`, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    body: JSON.stringify({ query: '{ hosts { edges { node { name } } } }' }),
  });
  return response.status;
}

it('keeps its data across restarts, and is managed from other processes while it runs', async () => {
  const first = await startSystem(environment);
  expect(first.isNew).toBe(true);
  const { id, token } = await tokenCreate(environment, { kind: 'reader', name: 'me' });
  const hook = {
    kind: 'webhook',
    name: 'oncall',
    url: 'https://hooks.example/altmap',
    minSeverity: 'critical',
  } as const;
  expect((await receiverAdd(environment, hook)).secret).toMatch(/^whsec_/);
  expect(await hostsStatus(first.apiUrl, token)).toBe(200);
  expect(await hostsStatus(first.apiUrl, `${token.slice(0, -1)}${token.endsWith('A') ? 'B' : 'A'}`)).toBe(401);
  const ready = await fetch(`${first.apiUrl}/readyz`);
  expect(ready.status).toBe(200);
  await first.stop();
  await expect(tokenList(environment)).rejects.toThrow(DataDirError);

  const second = await startSystem(environment);
  expect(second.isNew).toBe(false);
  expect(await hostsStatus(second.apiUrl, token)).toBe(200);
  expect((await receiverList(environment)).map(({ name }) => name)).toEqual(['oncall']);
  await tokenRevoke(environment, id);
  await expect(tokenRevoke(environment, id)).rejects.toThrow(`there is no live token ${id}`);
  await second.stop();
}, 120_000);

it('leaves nothing running and nothing locked when it cannot start', async () => {
  await expect(startSystem({ ...environment, ALTMAP_LISTEN_PORT: 'http' })).rejects.toThrow(ConfigError);
  const dataDir = new DataDir(dir);
  expect(() => dataDir.lock()).not.toThrow();
  dataDir.release();
}, 60_000);
