import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { System } from '@altmap/standalone';
import { freshDatabase } from '@altmap/testkit';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { caughtTerminal } from '../../test/caught-terminal.ts';
import { run } from '../run.ts';

/** Policies, waivers and exports, by the command line on a whole system. */

const sample = (name: string): string => fileURLToPath(new URL(`../../../../samples/${name}`, import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'altmap-findings-'));
let environment: Record<string, string>;
let system: System;

async function altmap(...args: string[]): Promise<{ status: number; out: string; err: string }> {
  const { terminal, caught } = caughtTerminal(environment);
  return { status: await run(args, terminal), ...caught };
}
interface Exported {
  readonly code: string;
  readonly state: string;
  readonly severity: string;
  readonly episode: number;
  readonly host: { readonly name: string };
}
async function exported(...args: string[]): Promise<Exported[]> {
  const { out } = await altmap('findings', 'export', '--format', 'ndjson', ...args);
  return out
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Exported);
}

beforeAll(async () => {
  environment = {
    ALTMAP_DATABASE_URL: await freshDatabase(),
    ALTMAP_DATA_DIR: folder,
    ALTMAP_LISTEN_PORT: '0',
    ALTMAP_LOG_LEVEL: 'silent',
    ALTMAP_SWEEP_SECONDS: '1',
  };
  const { startSystem } = await import('@altmap/standalone');
  system = await startSystem(environment);
  const token = (await altmap('token', 'create', '--kind', 'enroll', '--name', 'test')).out.trim();
  const hosts = [sample('edge-4k-01'), sample('old-4k-01')];
  await altmap('upload', ...hosts, '--url', system.apiUrl, '--enroll-token', token);
  await vi.waitFor(async () => expect(await exported()).toHaveLength(3), { timeout: 30_000, interval: 200 });
}, 120_000);
afterAll(async () => {
  await system.stop();
  rmSync(folder, { recursive: true });
});

test('findings: listed for people, exported for machines', async () => {
  const { out } = await altmap('findings', 'list', '--severity', 'critical');
  expect(out).toMatch(
    /^STATE +SEVERITY +SINCE .*\nopen +critical +20\S+ +old-4k-01 +CONFIG_NO_ALTMAP +kernel config .*\n$/,
  );
  expect(await exported('--code', 'MOVE_LOSES_RANGE')).toHaveLength(2);
  expect(await exported('--label', 'role=none')).toEqual([]);
  expect((await altmap('findings', 'export', '--format', 'sarif')).out).toContain('"version":"2.1.0"');
  expect((await altmap('findings', 'export', '--format', 'junit')).out).toContain('failures="3"');
  expect((await altmap('findings', 'export', '--format', 'csv')).out.split('\r\n')).toHaveLength(5);
  expect((await altmap('findings', 'export', '--format', 'xlsx')).status).toBe(2);
});

test('a waiver: added, listed, and ended by the server when it expires', async () => {
  const add = ['waiver', 'add', '--reason', 'on order', '--owner', 'ann', '--host', 'old-4k-01'];
  const added = await altmap(...add, '--until', '2999-12-31');
  expect(added.out).toMatch(/^\S{36} waives 1 open findings until 2999-12-31T00:00:00.000Z\n$/);
  expect(await exported('--state', 'waived')).toMatchObject([
    { code: 'CONFIG_NO_ALTMAP', state: 'waived', episode: 1 },
  ]);
  expect((await altmap('waiver', 'list')).out).toMatch(/ann +2999-\S+ +- +host \S{36} +on order\n$/);
  const [id = ''] = added.out.split(' ');
  expect((await altmap('waiver', 'end', id)).out).toBe(`ended ${id}: 1 findings are open again\n`);
  expect(await altmap('waiver', 'end', id)).toMatchObject({
    status: 2,
    err: expect.stringContaining('no live waiver'),
  });
  expect(await altmap(...add, '--until', 'soon')).toMatchObject({ status: 2 });
  expect(await altmap(...add.slice(0, -2), '--host', 'gone', '--until', '2999-12-31')).toMatchObject({ status: 2 });

  await altmap(...add, '--until', new Date(Date.now() + 1_500).toISOString());
  expect(await exported('--state', 'waived')).toHaveLength(1);
  await vi.waitFor(async () => expect(await exported('--state', 'waived')).toEqual([]), {
    timeout: 15_000,
    interval: 200,
  });
  expect(await exported('--code', 'CONFIG_NO_ALTMAP')).toMatchObject([{ state: 'open', episode: 3 }]);
});

test('a policy: tried, applied, and every host judged by it', async () => {
  const path = join(folder, 'policy.yaml');
  writeFileSync(
    path,
    `version: 1
name: ours
extends: built-in
targets: [{ name: next, pageSize: 64K, hosts: { labels: role=edge } }]
rules:
  - { code: MOVE_LOSES_RANGE, about: verdict, when: { basis: what-if }, severity: none }
  - { code: CONFIG_NO_ALTMAP, about: config, when: { lacks: pfn }, severity: warning }
`,
  );
  const before = await exported();
  const tried = await altmap('policy', 'apply', path, '--dry-run');
  expect(tried.out).toContain('would open 1, resolve 2, change the severity of 1\nnothing was changed\n');
  expect(tried.out).toMatch(/^\+ edge-4k-01 {2}warning {2}PLAN_LOSES_RANGE {2}namespace2\.0: On next/m);
  expect(tried.out).toMatch(/^~ old-4k-01 {2}critical -> warning {2}CONFIG_NO_ALTMAP/m);
  expect(await exported()).toEqual(before);
  expect((await altmap('policy', 'apply', path)).out).toContain('policy version 1 is in force\n2 hosts');
  expect((await exported()).map(({ code, severity }) => `${code} ${severity}`).sort()).toEqual([
    'CONFIG_NO_ALTMAP warning',
    'PLAN_LOSES_RANGE warning',
  ]);
  expect((await altmap('rejudge', '--dry-run')).out).toContain('would open 0, resolve 0, change the severity of 0');
  expect((await altmap('policy', 'list')).out).toMatch(/^VERSION +APPLIED +BY\n1 +20\S+ +command line/);
});

test('by GraphQL a worker does the pass', async () => {
  const token = (await altmap('token', 'create', '--kind', 'operator', '--name', 'test')).out.trim();
  const ask = async (query: string): Promise<Record<string, Record<string, unknown>>> => {
    const answer = await fetch(`${system.apiUrl}/graphql`, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      body: JSON.stringify({ query }),
    });
    return ((await answer.json()) as { data: Record<string, Record<string, unknown>> }).data;
  };
  const text = JSON.stringify('version: 1\nname: none\n');
  const { applyPolicy } = await ask(`mutation { applyPolicy(text: ${text}, dryRun: true) { run { id } } }`);
  const { id } = applyPolicy?.['run'] as { id: string };
  const run = async () =>
    (await ask(`{ rejudgeRun(id: "${id}") { state resolved hosts engineVersion } }`))['rejudgeRun'];
  await vi.waitFor(async () => expect(await run()).toMatchObject({ state: 'DONE' }), {
    timeout: 20_000,
    interval: 200,
  });
  expect(await run()).toMatchObject({ hosts: 2, resolved: 2, engineVersion: expect.stringMatching(/^\d+\.\d+\.\d+$/) });
});
