import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { CLI_VARIABLES, ConfigError, type Environment, loadConfig, VARIABLES } from './config.ts';
import { renderConfigTable } from './config-table.ts';

const DATABASE = 'postgres://altmap:pw@localhost/altmap';

function problemsOf(environment: Environment): string {
  try {
    loadConfig(environment);
  } catch (error) {
    if (error instanceof ConfigError) return error.message;
    throw error;
  }
  throw new Error('the configuration was taken');
}

function secretFile(content: string): string {
  const path = join(mkdtempSync(join(tmpdir(), 'altmap-config-')), 'secret');
  writeFileSync(path, content);
  return path;
}

describe('loadConfig', () => {
  it('needs nothing but a database', () => {
    const config = loadConfig({ ALTMAP_DATABASE_URL: DATABASE });
    expect(config).toMatchObject({ ALTMAP_DATABASE_URL: DATABASE, ALTMAP_LISTEN_PORT: 8790, ALTMAP_LOG_LEVEL: 'info' });
    expect(config.ALTMAP_QUEUE_URL).toBeUndefined();
  });

  it('names every problem at once', () => {
    const message = problemsOf({
      ALTMAP_QUEUE_URL: 'amqp://x',
      ALTMAP_LISTEN_PORT: '70000',
      ALTMAP_LOG_LEVEL: 'loud',
      ALTMAP_LISTEN_PROT: '1',
    });
    for (const expected of [
      'ALTMAP_DATABASE_URL: is not set',
      'ALTMAP_QUEUE_URL: expected redis://...',
      'ALTMAP_LISTEN_PORT: ',
      'ALTMAP_LOG_LEVEL: ',
      'ALTMAP_LISTEN_PROT: no such variable',
    ]) {
      expect(message).toContain(expected);
    }
  });

  it('reads a value from the file that NAME_FILE names, without the line end', () => {
    const config = loadConfig({ ALTMAP_DATABASE_URL_FILE: secretFile(`${DATABASE}\n`) });
    expect(config.ALTMAP_DATABASE_URL).toBe(DATABASE);
  });

  it('refuses a file that cannot be read, and a value given twice', () => {
    expect(problemsOf({ ALTMAP_DATABASE_URL_FILE: '/nowhere/at/all' })).toMatch(/ALTMAP_DATABASE_URL_FILE: .*ENOENT/);
    const twice = { ALTMAP_DATABASE_URL: DATABASE, ALTMAP_DATABASE_URL_FILE: secretFile(DATABASE) };
    expect(problemsOf(twice)).toContain('expected either ALTMAP_DATABASE_URL or ALTMAP_DATABASE_URL_FILE');
  });

  it('never shows a wrong secret', () => {
    expect(problemsOf({ ALTMAP_DATABASE_URL: 'mysql://root:hunter2@db' })).not.toContain('hunter2');
  });

  it('takes an empty variable as not set', () => {
    expect(loadConfig({ ALTMAP_DATABASE_URL: DATABASE, ALTMAP_LISTEN_PORT: '' }).ALTMAP_LISTEN_PORT).toBe(8790);
    expect(problemsOf({ ALTMAP_DATABASE_URL: '' })).toContain('ALTMAP_DATABASE_URL: is not set');
  });

  it('leaves the variables of the command line and of others alone, but no inherited property names', () => {
    const others = { ALTMAP_URL: 'http://x', ALTMAP_TOKEN_FILE: '/x', PATH: '/bin' };
    expect(() => loadConfig({ ALTMAP_DATABASE_URL: DATABASE, ...others })).not.toThrow();
    expect(problemsOf({ ALTMAP_DATABASE_URL: DATABASE, ALTMAP_: '1' })).toContain('ALTMAP_: no such variable');
  });

  it('takes addresses and CIDR ranges for trusted proxies, and nothing else', () => {
    const load = (text: string) => loadConfig({ ALTMAP_DATABASE_URL: DATABASE, ALTMAP_TRUSTED_PROXIES: text });
    expect(load('10.0.0.0/8, ::1').ALTMAP_TRUSTED_PROXIES).toEqual(['10.0.0.0/8', '::1']);
    for (const bad of ['proxy.example', '10.0.0.0/33', '10.0.0.0/', '10.0.0.0/8/8', 'true']) {
      expect(() => load(bad), bad).toThrow('ALTMAP_TRUSTED_PROXIES: expected addresses or CIDR ranges');
    }
  });

  it('splits the webhook allow list', () => {
    const config = loadConfig({ ALTMAP_DATABASE_URL: DATABASE, ALTMAP_WEBHOOK_ALLOW: '10.0.0.0/8, ::1/128,' });
    expect(config.ALTMAP_WEBHOOK_ALLOW).toEqual(['10.0.0.0/8', '::1/128']);
  });
});

describe('renderConfigTable', () => {
  it('has one row for every variable, with its default', () => {
    const lines = renderConfigTable().trimEnd().split('\n');
    expect(lines).toHaveLength(2 + Object.keys(VARIABLES).length + Object.keys(CLI_VARIABLES).length);
    expect(lines).toContain(
      '| `ALTMAP_LISTEN_PORT` | API | `8790` | Port that the API listens on; 0 takes a free one |',
    );
    expect(lines.find((line) => line.includes('ALTMAP_DATABASE_URL'))).toContain('| required |');
    expect(new Set(lines.map((line) => line.split('|').length))).toEqual(new Set([6]));
  });
});
