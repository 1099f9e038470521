import { newId } from '@altmap/core';
import { closeDatabase, createDatabase, createRepositories, type Database, migrateToLatest } from '@altmap/db';
import { createLogger } from '@altmap/platform';
import { freshDatabase } from '@altmap/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ApiPorts } from '../api-ports.ts';
import { Readiness } from './readiness.ts';

const START = Date.parse('2026-11-22T10:00:00Z');
const OPTIONS = { poolSize: 2, applicationName: 'altmap-api-test', onError: () => {} };

let database: Database;
/** Nobody listens on port 1. */
const nowhere = createDatabase('postgres://x@127.0.0.1:1/x', OPTIONS);
let now = START;
let probes = 0;

beforeAll(async () => {
  database = createDatabase(await freshDatabase(), OPTIONS);
  await migrateToLatest(database, { log: () => {} });
});
afterAll(async () => {
  await closeDatabase(database);
  await closeDatabase(nowhere);
});

function readiness(changes: Partial<ApiPorts> = {}): Readiness {
  const ports: ApiPorts = {
    ...createRepositories(database),
    queue: {
      add: async () => {},
      addMany: async () => {},
      counts: () => Promise.reject(new Error('not asked')),
      probe: async () => {
        probes += 1;
      },
    },
    pendingMigrations: async () => [],
    clock: { now: () => new Date(now) },
    ...changes,
  };
  return new Readiness(ports, 60, createLogger({ ALTMAP_LOG_LEVEL: 'silent' }, 'test'));
}

describe('Readiness', () => {
  it('is degraded while no worker is heard of, and ready while one is', async () => {
    expect(await readiness().check()).toEqual({
      status: 'degraded',
      postgres: 'ok',
      queue: 'ok',
      migrations: 'ok',
      worker: 'never heard of',
    });
    const { heartbeats } = createRepositories(database);
    await heartbeats.beat({ id: newId(), name: 'w', startedAt: new Date(START), at: new Date(START) });
    now = START + 60_000;
    expect(await readiness().check()).toMatchObject({ status: 'ready', worker: 'ok' });
    now = START + 61_500;
    expect(await readiness().check()).toMatchObject({ status: 'degraded', worker: 'silent for 61 s' });
  });

  it('is unavailable when Postgres, the queue or the schema is not as it must be, without telling addresses', async () => {
    const { heartbeats } = createRepositories(nowhere);
    expect(await readiness({ heartbeats }).check()).toEqual({
      status: 'unavailable',
      postgres: 'failed',
      queue: 'ok',
      migrations: 'ok',
      worker: 'failed',
    });
    const { queue } = {
      queue: { add: async () => {}, addMany: async () => {}, counts: () => Promise.reject(new Error()) },
    };
    const full = { ...queue, probe: () => Promise.reject(new Error('OOM command not allowed')) };
    expect(await readiness({ queue: full }).check()).toMatchObject({ status: 'unavailable', queue: 'failed' });
    const lacking = { pendingMigrations: async () => ['2030-01-01T0000-more'] };
    expect(await readiness(lacking).check()).toMatchObject({ status: 'unavailable', migrations: '1 pending' });
  });

  it('writes once, however often it is asked within a second', async () => {
    const one = readiness();
    probes = 0;
    await Promise.all([one.check(), one.check(), one.check()]);
    now += 999;
    await one.check();
    expect(probes).toBe(1);
    now += 1;
    await one.check();
    expect(probes).toBe(2);
  });
});
