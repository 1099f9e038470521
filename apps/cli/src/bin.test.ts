import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, expect, test } from 'vitest';

const bin = fileURLToPath(new URL('../bin/altmap.js', import.meta.url));
const scratch = mkdtempSync(join(tmpdir(), 'altmap-bin-'));
afterAll(() => rmSync(scratch, { recursive: true }));

/** A copy of the command, as it lies in the repository, with or without a bundle. */
function copied(bundle: string | null, preload = ''): { status: number | null; err: string } {
  const folder = mkdtempSync(join(scratch, 'tree-'));
  mkdirSync(join(folder, 'apps/cli/bin'), { recursive: true });
  cpSync(bin, join(folder, 'apps/cli/bin/altmap.js'));
  writeFileSync(join(folder, 'package.json'), '{"type": "module"}');
  if (bundle !== null) {
    mkdirSync(join(folder, 'dist'));
    writeFileSync(join(folder, 'dist/altmap.js'), bundle);
  }
  const preloaded = preload === '' ? [] : ['--import', `data:text/javascript,${encodeURIComponent(preload)}`];
  const { status, stderr } = spawnSync(process.execPath, [...preloaded, join(folder, 'apps/cli/bin/altmap.js')], {
    encoding: 'utf8',
  });
  return { status, err: stderr };
}

test('says what is needed where the bundle is not there', () => {
  expect(copied(null)).toEqual({
    status: 2,
    err: expect.stringMatching(/dist\/altmap\.js is not there: run "npm ci"/),
  });
});

test('says what is needed on an old Node', () => {
  const pretend = 'Object.defineProperty(process.versions, "node", { value: "20.20.2" })';
  expect(copied('', pretend)).toEqual({
    status: 2,
    err: expect.stringMatching(/needs Node 22\.15 or newer, this is 20\.20\.2/),
  });
});

test('a fault inside the bundle is not mistaken for a missing bundle', () => {
  const { status, err } = copied('import "./not-there.js";');
  expect(status).toBe(2);
  expect(err).toMatch(/not-there\.js/);
  expect(err).not.toMatch(/run "npm ci"/);
});

const bundle = fileURLToPath(new URL('../../../dist/altmap.js', import.meta.url));
test.skipIf(!existsSync(bundle) && !process.env['CI'])('starts the bundle (skipped where none was built)', () => {
  const { status, stdout } = spawnSync(bin, ['--version'], { encoding: 'utf8', env: process.env });
  expect([status, stdout]).toEqual([0, expect.stringMatching(/^\d+\.\d+\.\d+\n$/)]);
});
