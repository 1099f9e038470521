import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { DataDir, DataDirError } from './data-dir.ts';

let path: string;

beforeEach(() => {
  path = mkdtempSync(join(tmpdir(), 'altmap-data-'));
});
afterEach(() => rmSync(path, { recursive: true, force: true }));

it('is refused while another living process has it', () => {
  writeFileSync(join(path, 'lock'), String(process.ppid));
  expect(() => new DataDir(path).lock()).toThrow(DataDirError);
});

it('is taken over from a process that died', () => {
  writeFileSync(join(path, 'lock'), '999999999');
  const dir = new DataDir(path);
  dir.lock();
  expect(() => dir.lock()).not.toThrow();
});

it('tells how to reach the running server, to its owner only', () => {
  const dir = new DataDir(path);
  dir.lock();
  dir.publish({ databaseUrl: 'postgres://x', apiUrl: 'http://y' });
  expect(new DataDir(path).connection()).toEqual({ pid: process.pid, databaseUrl: 'postgres://x', apiUrl: 'http://y' });
  expect(statSync(join(path, 'connection.json')).mode & 0o777).toBe(0o600);
  dir.release();
  expect(() => new DataDir(path).connection()).toThrow(/no altmap runs on .*ALTMAP_DATABASE_URL/);
});
