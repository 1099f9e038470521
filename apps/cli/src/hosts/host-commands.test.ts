import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gunzipSync, gzipSync } from 'node:zlib';
import type { System } from '@altmap/standalone';
import { freshDatabase } from '@altmap/testkit';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { caughtTerminal } from '../../test/caught-terminal.ts';
import { run } from '../run.ts';

const sample = (name: string): string => fileURLToPath(new URL(`../../../../samples/${name}`, import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'altmap-hosts-'));
let environment: Record<string, string>;
let system: System;

async function altmap(...args: string[]): Promise<{ status: number; out: string; err: string }> {
  const { terminal, caught } = caughtTerminal(environment);
  return { status: await run(args, terminal), ...caught };
}

beforeAll(async () => {
  environment = {
    ALTMAP_DATABASE_URL: await freshDatabase(),
    ALTMAP_DATA_DIR: folder,
    ALTMAP_LISTEN_PORT: '0',
    ALTMAP_LOG_LEVEL: 'silent',
  };
  const { startSystem } = await import('@altmap/standalone');
  system = await startSystem(environment);
  const token = (await altmap('token', 'create', '--kind', 'enroll', '--name', 'test')).out.trim();
  const hosts = [sample('edge-4k-01'), sample('edge-4k-02')];
  await altmap('upload', ...hosts, '--url', system.apiUrl, '--enroll-token', token);
}, 120_000);
afterAll(async () => {
  await system.stop();
  rmSync(folder, { recursive: true });
});

test('hosts: listed, labelled, found by label', async () => {
  expect((await altmap('host', 'label', 'edge-4k-01', 'rack=12', 'role=edge')).out).toMatch(/rack=12 role=edge/);
  expect((await altmap('host', 'label', 'edge-4k-01', '--remove', 'role')).out).not.toMatch(/role=/);
  const list = await altmap('host', 'list', '--label', 'rack=12');
  expect(list.out).toMatch(/^ID +NAME +LAST SEEN +STALE +LABELS\n[0-9a-f-]{36} +edge-4k-01 +20\S+Z +- +.*rack=12.*\n$/);
  const lines = (await altmap('host', 'list', '--format', 'jsonl')).out.trimEnd().split('\n');
  expect(lines.map((line) => (JSON.parse(line) as { name: string }).name)).toEqual(['edge-4k-01', 'edge-4k-02']);
  expect((await altmap('host', 'list', '--stale', '--format', 'jsonl')).out).toBe('');
  environment['ALTMAP_HOST_STALE_HOURS'] = '0.0000001';
  expect((await altmap('host', 'list', '--stale')).out).toMatch(/edge-4k-02 +20\S+Z +stale/);
  delete environment['ALTMAP_HOST_STALE_HOURS'];
  expect(await altmap('host', 'label', 'edge-4k-01', 'nonsense')).toMatchObject({
    status: 2,
    err: expect.stringMatching(/Expected KEY=VALUE/),
  });
});

test('reports: diffed by their ids', async () => {
  const ids = (await altmap('host', 'list', '--format', 'jsonl')).out
    .trimEnd()
    .split('\n')
    .map((line) => (JSON.parse(line) as { latestReportId: string }).latestReportId);
  const { status, out } = await altmap('diff', ...ids, '--format', 'json');
  expect(status).toBe(0);
  expect(JSON.parse(out)).toMatchObject({ version: 1, pageSize: null, devices: expect.any(Array) });
  const [a = ''] = ids;
  expect((await altmap('diff', a, a)).out).toBe('Nothing differs.\n');
  const none = '0199f0de-0000-7000-8000-000000000001';
  expect(await altmap('diff', a, none)).toMatchObject({ status: 2, err: `altmap: there is no report ${none}\n` });
});

test('a symbol that a host changed: found by its history', async () => {
  const changed = join(folder, 'edge-4k-01');
  cpSync(sample('edge-4k-01'), changed, { recursive: true });
  const config = gunzipSync(readFileSync(join(changed, 'config.gz'))).toString();
  writeFileSync(
    join(changed, 'config.gz'),
    gzipSync(config.replace('CONFIG_ZONE_DEVICE=y', '# CONFIG_ZONE_DEVICE is not set')),
  );
  const token = (await altmap('token', 'create', '--kind', 'enroll', '--name', 'test')).out.trim();
  const upload = ['upload', changed, '--url', system.apiUrl, '--enroll-token', token];
  expect(await altmap(...upload)).toMatchObject({ status: 0, err: '' });
  const history = ['host', 'history', 'CONFIG_ZONE_DEVICE'];
  await vi.waitUntil(async () => (await altmap(...history, '--format', 'jsonl')).out !== '', {
    timeout: 30_000,
    interval: 200,
  });
  expect((await altmap(...history, '--host', 'edge-4k-01')).out).toMatch(
    /^AT +HOST +BEFORE +AFTER +REPORT\n20\S+Z +edge-4k-01 +y +not set +[0-9a-f-]{36}\n$/,
  );
  const reports = (await altmap('host', 'reports', 'edge-4k-01')).out;
  expect(reports).toMatch(
    /^ID +RECEIVED +RELEASE +PAGES +STATE +ABSENT\n(?:[0-9a-f-]{36} +20\S+Z +6\.12\.117\S+ +4K +\w+ +-\n){2}$/,
  );
  const [after = '', before = ''] = reports.match(/^[0-9a-f]{8}-\S+/gm) ?? [];
  expect((await altmap('diff', before, after)).out).toMatch(/ZONE_DEVICE +y +.*not set/);
  const newest = JSON.parse((await altmap('host', 'reports', 'edge-4k-01', '--limit', '1', '--format', 'jsonl')).out);
  expect(newest).toMatchObject({ id: after, pageSize: 4096, absent: [] });
  expect(await altmap('host', 'reports', 'nobody')).toMatchObject({ status: 2 });
  expect((await altmap('host', 'history', 'CONFIG_NUMA', '--format', 'jsonl')).out).toBe('');
  expect(await altmap('host', 'history', 'CONFIG-X')).toMatchObject({ status: 2 });
});

test('hosts: removed once', async () => {
  expect(await altmap('host', 'remove', 'edge-4k-02')).toMatchObject({
    status: 0,
    out: expect.stringMatching(/^removed [0-9a-f-]{36}\n$/),
  });
  expect((await altmap('host', 'list')).out).not.toMatch(/edge-4k-02/);
  expect(await altmap('host', 'remove', 'edge-4k-02')).toMatchObject({
    status: 2,
    err: 'altmap: there is no host edge-4k-02\n',
  });
  expect((await altmap('audit', '--action', 'host.remove')).out).toMatch(/command line \(\S+\) +host.remove +host /);
});
