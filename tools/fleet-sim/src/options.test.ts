import { describe, expect, it } from 'vitest';
import { readOptions } from './options.ts';

const needed = ['--url', 'http://127.0.0.1:8790', '--enroll-token', 't'];
const read = (...more: string[]) => readOptions([...needed, ...more], {});

describe('readOptions', () => {
  it('takes a share as a percentage or as a number', () => {
    expect(read('--changed', '2.5%')?.changed).toBe(0.025);
    expect(read('--changed', '1')?.changed).toBe(1);
    for (const bad of ['', '%', '101%', '-1', 'some']) {
      expect(() => read(`--changed=${bad}`)).toThrow('--changed: expected a share');
    }
  });

  it('takes whole numbers from 1', () => {
    expect(read('--hosts', '3')?.hosts).toBe(3);
    for (const bad of ['0', '1.5', 'many', '1e99']) expect(() => read('--hosts', bad)).toThrow('--hosts: expected');
  });

  it('sends to this machine only, unless it is told otherwise', () => {
    for (const url of ['http://localhost:1', 'http://127.8.0.1', 'http://[::1]:8790', 'https://127.0.0.1']) {
      expect(readOptions(['--url', url], { ALTMAP_ENROLL_TOKEN: 't' })?.url).toBe(new URL(url).href);
    }
    for (const url of ['http://altmap.example', 'http://127.0.0.1.example', 'http://10.0.0.1']) {
      expect(() => readOptions(['--url', url, ...needed.slice(2)], {})).toThrow('not this machine');
      expect(readOptions(['--url', url, '--allow-remote', ...needed.slice(2)], {})?.url).toBe(new URL(url).href);
    }
    expect(() => readOptions(['--url', 'ftp://127.0.0.1', ...needed.slice(2)], {})).toThrow('--url: expected');
  });

  it('takes the address of a database, and shows none that it does not take', () => {
    expect(read()?.database).toBeNull();
    expect(read('--database', 'postgres://a:b@127.0.0.1:5432/altmap')?.database).toMatch(/^postgres:/);
    expect(() => read('--database', 'secret@127.0.0.1')).toThrow(/^--database: expected postgres:[^]*database$/);
  });

  it('asks for a token, and names an option that it does not know', () => {
    expect(() => readOptions(needed.slice(0, 2), {})).toThrow('--enroll-token');
    expect(() => read('--host', '3')).toThrow("'--host'");
    expect(readOptions(['--help'], {})).toBeNull();
  });
});
