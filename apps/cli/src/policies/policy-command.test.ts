import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { BUILT_IN_POLICY_TEXT } from '@altmap/policy';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { run } from '../run.ts';

const samples = fileURLToPath(new URL('../../../../samples/', import.meta.url));
let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'altmap-policy-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

async function altmap(args: readonly string[], input = '') {
  let out = '';
  let err = '';
  const status = await run(args, {
    env: {},
    out: { write: (text) => void (out += text), isTty: false, columns: null },
    err: { write: (text) => void (err += text), isTty: false, columns: null },
    stdin: async () => Buffer.from(input),
  });
  return { status, out, err };
}

async function file(text: string): Promise<string> {
  const path = join(folder, 'policy.yaml');
  await writeFile(path, text);
  return path;
}

test('the built-in policy as a file differs in nothing from the built-in policy', async () => {
  const { out: text } = await altmap(['policy', 'show']);
  expect(text).toBe(BUILT_IN_POLICY_TEXT);
  const { status, out } = await altmap(['policy', 'test', '-', '--against', `${samples}old-4k-01`], text);
  expect(status).toBe(1);
  expect(out).toContain('CONFIG_NO_ALTMAP');
  expect(out).toContain('0 more and 0 fewer than the built-in policy');
});

test('a planned kernel and a rule that silences another, on a directory of captures', async () => {
  const path = await file(`version: 1
name: ours
extends: built-in
targets: [{ name: next, pageSize: 64K, hosts: { labels: role=edge } }]
rules:
  - { code: RANGE_REFUSED, about: verdict, when: { outcome: refused }, severity: none }
  - { code: CONFIG_NO_ALTMAP, about: config, when: {}, severity: none }
`);
  const args = ['policy', 'test', path, '--against', samples, '--format', 'json'];
  const { status, out } = await altmap(args);
  expect(status).toBe(0);
  const { version, hosts } = JSON.parse(out) as {
    version: number;
    hosts: { name: string; findings: { code: string }[]; added: string[]; dropped: { code: string }[] }[];
  };
  expect(version).toBe(1);
  const host = (name: string) => hosts.find((one) => one.name === name);
  expect(host('edge-4k-01')?.added).toContainEqual(expect.stringMatching(/^PLAN_LOSES_RANGE .* next$/));
  expect(host('edge-4k-04')?.dropped.map(({ code }) => code)).toContain('RANGE_REFUSED');
  expect(hosts.flatMap(({ findings }) => findings).some(({ code }) => code === 'CONFIG_NO_ALTMAP')).toBe(false);
  expect((await altmap([...args, '--fail-on', 'warning'])).status).toBe(1);
});

test('a policy or a PATH that cannot be used gives status 2 and says where', async () => {
  const path = await file('version: 1\nname: ours\nrules:\n  - code: lower\n    about: unplaced\n    severity: loud\n');
  const { status, err } = await altmap(['policy', 'test', path, '--against', samples]);
  expect(status).toBe(2);
  expect(err).toContain(`${path}:4:11: expected a code`);
  expect(err).toContain(`altmap: ${path}:6:15: expected critical, warning, info, none, got "loud"`);
  const missing = await altmap(['policy', 'test', '-', '--against', join(folder, 'gone')], BUILT_IN_POLICY_TEXT);
  expect(missing.status).toBe(2);
  expect(missing.err).toContain('there is no such file');
  const empty = await altmap(['policy', 'test', '-', '--against', folder], BUILT_IN_POLICY_TEXT);
  expect(empty.err).toContain('expected a captured directory');
});
