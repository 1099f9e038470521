import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { System } from '@altmap/standalone';
import { freshDatabase } from '@altmap/testkit';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { run } from '../run.ts';

const sample = (name: string): string => fileURLToPath(new URL(`../../../../samples/${name}`, import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'altmap-upload-'));
let environment: Record<string, string>;
let system: System;

async function altmap(
  args: readonly string[],
  env: Record<string, string> = {},
): Promise<{ status: number; out: string; err: string }> {
  const caught = { out: '', err: '' };
  const stream = (name: 'out' | 'err') => ({
    write: (text: string): void => {
      caught[name] += text;
    },
    isTty: false,
    columns: null,
  });
  const terminal = { env, out: stream('out'), err: stream('err'), stdin: async () => new Uint8Array() };
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
}, 120_000);
afterAll(async () => {
  await system.stop();
  rmSync(folder, { recursive: true });
});

const enrolToken = async (): Promise<string> =>
  (await altmap(['token', 'create', '--kind', 'enroll', '--name', 'test'], environment)).out.trim();

test('enrols, sends what is lacking, keeps the token; the second time nothing has changed', async () => {
  const file = join(folder, 'edge.token');
  const upload = ['upload', sample('edge-4k-02'), '--url', system.apiUrl, '--token-file', file];
  const first = await altmap([...upload, '--enroll-token', await enrolToken(), '--label', 'rack=12']);
  expect(first).toMatchObject({ status: 0, err: '' });
  expect(first.out).toMatch(/^edge-4k-02: accepted as report [0-9a-f-]{36} \(12 of 12 parts sent, [\d.]+ KiB\)\n$/);
  expect(statSync(file).mode & 0o777).toBe(0o600);

  const second = await altmap(upload);
  expect(second).toMatchObject({ status: 0, err: '' });
  expect(second.out).toMatch(/^edge-4k-02: unchanged since report [0-9a-f-]{36} \(0 of 12 parts sent, 0\)\n$/);
  const token = readFileSync(file, 'utf8').trim();
  expect(
    (await altmap(['upload', sample('edge-4k-02')], { ALTMAP_URL: system.apiUrl, ALTMAP_TOKEN: token })).out,
  ).toMatch(/unchanged/);

  const other = await altmap(['upload', sample('edge-4k-03'), '--url', system.apiUrl, '--token', token]);
  expect(other.status).toBe(1);
  expect(other.err).toMatch(/^altmap: edge-4k-03: .*E_HOST_MISMATCH/);
  expect(other.err).not.toContain(token);
});

test('a bundle is one report, packed, unpacked or sent whole, and tells what is absent and when it was made', async () => {
  const bundle = join(folder, 'altmap-bundle');
  mkdirSync(bundle);
  const content = Buffer.from('CONFIG_ZONE_DEVICE=y\n');
  writeFileSync(join(bundle, 'config'), content);
  writeFileSync(join(bundle, 'host.json'), '{"name":"bundled","labels":{"site":"bern"}}');
  const manifest = {
    version: 1,
    machine: createHash('sha256').update('bundled').digest('hex'),
    collectedAt: '2026-11-20T08:59:00Z',
    release: '6.12.0',
    pageSize: 65536,
    parts: [{ kind: 'config', sha256: createHash('sha256').update(content).digest('hex'), bytes: content.length }],
    absent: [{ kind: 'daxctl', reason: 'daxctl is not installed' }],
  };
  writeFileSync(join(bundle, 'manifest.json'), JSON.stringify(manifest));
  const packed = join(folder, 'bundle.tar.gz');
  execFileSync('tar', ['-C', folder, '-czf', packed, 'altmap-bundle']);

  const file = join(folder, 'bundled.token');
  const upload = ['--url', system.apiUrl, '--token-file', file];
  const first = await altmap(['import', packed, ...upload, '--enroll-token', await enrolToken()]);
  expect(first).toMatchObject({ status: 0, err: '', out: expect.stringMatching(/^bundled: accepted/) });
  const second = await altmap(['import', bundle, ...upload]);
  expect(second).toMatchObject({ status: 0, err: '', out: expect.stringMatching(/^bundled: unchanged/) });
  const whole = await fetch(`${system.apiUrl}/v1/archives`, {
    method: 'POST',
    headers: {
      authorization: `Bearer ${readFileSync(file, 'utf8').trim()}`,
      'content-type': 'application/octet-stream',
    },
    body: readFileSync(packed),
  });
  expect(await whole.json()).toMatchObject({ state: 'unchanged' });

  const damaged = join(folder, 'damaged');
  cpSync(bundle, damaged, { recursive: true });
  writeFileSync(join(damaged, 'version'), 'Linux version 6.1.0 (another kernel)\n');
  expect(await altmap(['import', damaged, ...upload, '--release', '6.12.0'])).toMatchObject({
    status: 0,
    err: expect.stringMatching(
      /^altmap: \S+damaged: archive: the sources differ about the release: .*6\.1\.0 \(version\)/,
    ),
  });

  const reports = (await altmap(['host', 'reports', 'bundled', '--format', 'jsonl'], environment)).out.trimEnd();
  const [, sent = '', ...others] = reports.split('\n');
  expect(others).toEqual([]);
  expect(JSON.parse(sent)).toMatchObject({
    release: '6.12.0',
    pageSize: 65536,
    collectedAt: '2026-11-20T08:59:00.000Z',
    absent: expect.arrayContaining([
      { kind: 'daxctl', reason: 'daxctl is not installed' },
      { kind: 'iomem', reason: 'not in the archive' },
    ]),
  });
});

test('several hosts with one enrolment token; a config that two hosts share is sent once', async () => {
  const hosts = [sample('db-64k-01'), sample('db-64k-04')];
  const { status, out } = await altmap(['upload', ...hosts, '--url', system.apiUrl], {
    ALTMAP_ENROLL_TOKEN: await enrolToken(),
  });
  expect(status).toBe(0);
  const [first, second] = out.trimEnd().split('\n');
  expect(first).toMatch(/^db-64k-01: accepted/);
  expect(second).toMatch(/^db-64k-04: accepted/);
  const [, sent, all] = /\((\d+) of (\d+) parts/.exec(second ?? '') ?? [];
  expect(Number(sent)).toBeLessThan(Number(all));
});

test('a token that is none', async () => {
  const { status, err } = await altmap([
    'upload',
    sample('edge-4k-02'),
    '--url',
    system.apiUrl,
    '--token',
    'alta_nonsense',
  ]);
  expect(status).toBe(1);
  expect(err).toMatch(/E_UNAUTHENTICATED/);
  const several = await altmap([
    'upload',
    sample('edge-4k-02'),
    sample('edge-4k-03'),
    '--url',
    system.apiUrl,
    '--token',
    'x',
  ]);
  expect(several).toMatchObject({ status: 2, err: expect.stringMatching(/a token is good for one host/) });
});

test('tokens: created, listed without their secret, revoked once', async () => {
  const token = (await altmap(['token', 'create', '--kind', 'reader', '--name', 'grafana'], environment)).out.trim();
  const list = await altmap(['token', 'list'], environment);
  const id = /^([0-9a-f-]{36}) +reader +grafana /m.exec(list.out)?.[1] ?? '';
  expect(list.out).not.toContain(token);
  expect(await altmap(['token', 'revoke', id], environment)).toEqual({ status: 0, out: `revoked ${id}\n`, err: '' });
  expect((await altmap(['token', 'list'], environment)).out).toMatch(
    new RegExp(`^${id} .* 20\\d\\d-\\S+Z +- +20\\d\\d-`, 'm'),
  );
  const again = await altmap(['token', 'revoke', id], environment);
  expect(again).toMatchObject({ status: 2, err: `altmap: there is no live token ${id}\n` });
  const bad = await altmap(['token', 'create', '--kind', 'agent', '--name', 'x'], environment);
  expect(bad).toMatchObject({
    status: 2,
    err: expect.stringMatching(/Allowed choices are reader, operator, admin, enroll/),
  });
});

test('tokens: rotated, with an end, with labels for whoever enrols; the audit trail has it all and no secret', async () => {
  const create = ['token', 'create', '--kind', 'enroll', '--name', 'rack 9', '--label', 'rack=9', '--expires', '7d'];
  const first = (await altmap(create, environment)).out.trim();
  const list = await altmap(['token', 'list'], environment);
  const id = /^([0-9a-f-]{36}) +enroll +rack 9 +\S+ +20\S+Z +- +rack=9$/m.exec(list.out)?.[1] ?? '';
  const second = (await altmap(['token', 'rotate', id, '--grace', '1h'], environment)).out.trim();
  expect(second).toMatch(/^alte_/);
  for (const token of [first, second]) {
    const upload = [
      'upload',
      sample('cache-16k-01'),
      '--url',
      system.apiUrl,
      '--label',
      'rack=1',
      '--label',
      'role=cache',
    ];
    expect(await altmap(upload, { ALTMAP_ENROLL_TOKEN: token })).toMatchObject({ status: 0, err: '' });
  }
  const audit = await altmap(['audit'], environment);
  expect(audit.out).toMatch(new RegExp(`command line \\(\\S+\\) +token.rotate +token ${id} +.*"name":"rack 9"`));
  expect(audit.out).toMatch(/host\.enrol +host \S+ +.*"rack":"9","role":"cache"|"role":"cache","rack":"9"/);
  expect(audit.out).not.toMatch(/alt[aerom]_/);
  const some = await altmap(['audit', '--action', 'token.rotate', '--limit', '1', '--format', 'jsonl'], environment);
  expect(JSON.parse(some.out)).toMatchObject({ action: 'token.rotate', object: `token ${id}` });

  expect(await altmap(['token', 'rotate', '0199f0de-0000-7000-8000-000000000001'], environment)).toMatchObject({
    status: 2,
    err: expect.stringMatching(/there is no live token/),
  });
  const labelled = ['token', 'create', '--kind', 'reader', '--name', 'x', '--label', 'rack=9'];
  expect(await altmap(labelled, environment)).toMatchObject({
    status: 2,
    err: expect.stringMatching(/only a token of kind enroll/),
  });
  const nameless = ['token', 'create', '--kind', 'reader', '--name', 'a\u001b[2J'];
  expect(await altmap(nameless, environment)).toMatchObject({
    status: 2,
    err: expect.stringMatching(/name: expected no control characters/),
  });
});

test('receivers: added with a secret that is shown once, and listed', async () => {
  const add = [
    'receiver',
    'add',
    '--name',
    'oncall',
    '--url',
    'https://hooks.example/altmap',
    '--min-severity',
    'critical',
  ];
  const { status, out } = await altmap(add, environment);
  expect([status, out]).toEqual([0, expect.stringMatching(/^whsec_\S+\n$/)]);
  const list = await altmap(['receiver', 'list'], environment);
  expect(list.out).toMatch(/oncall +webhook +https:\/\/hooks\.example\/altmap/);
  expect(list.out).not.toContain(out.trim());
});

test('migrate can run again; a database that does not answer and a wrong configuration give their reason', async () => {
  expect(await altmap(['migrate'], environment)).toMatchObject({ status: 0, err: '' });
  const gone = await altmap(['migrate'], { ALTMAP_DATABASE_URL: 'postgres://nobody@127.0.0.1:9/nothing' });
  expect(gone).toMatchObject({ status: 1, err: expect.stringMatching(/^altmap: .*ECONNREFUSED/) });
  const wrong = await altmap(['migrate'], { ALTMAP_DATABASE_URL: 'mysql://x' });
  expect(wrong).toMatchObject({ status: 2, err: expect.stringMatching(/ALTMAP_DATABASE_URL/) });
  const none = await altmap(['token', 'list'], { ALTMAP_DATA_DIR: join(folder, 'none') });
  expect(none).toMatchObject({ status: 2, err: expect.stringMatching(/no altmap runs on/) });
});
