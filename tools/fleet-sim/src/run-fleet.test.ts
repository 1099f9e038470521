import { setTimeout as sleep } from 'node:timers/promises';
import { startApi } from '@altmap/api';
import { Access, systemClock } from '@altmap/core';
import { closeDatabase, createDatabase, createRepositories, migrateToLatest } from '@altmap/db';
import { createLogger, loadConfig } from '@altmap/platform';
import { prepareQueue } from '@altmap/queue';
import { freshDatabase } from '@altmap/testkit';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { readCaptures } from './capture.ts';
import { fleetOf } from './fleet.ts';
import { runFleet } from './run-fleet.ts';
import { summaryOf } from './summary.ts';
import { openWire } from './wire.ts';

const closers: (() => Promise<unknown>)[] = [];
let url = '';
let enrollToken = '';
let countOf: (table: 'host' | 'report') => Promise<number>;

beforeAll(async () => {
  const databaseUrl = await freshDatabase();
  const database = createDatabase(databaseUrl, { poolSize: 2, applicationName: 'fleet-sim-test', onError: () => {} });
  closers.push(() => closeDatabase(database));
  await migrateToLatest(database, { log: () => {} });
  await prepareQueue(databaseUrl);
  const config = loadConfig({
    ALTMAP_DATABASE_URL: databaseUrl,
    ALTMAP_LISTEN_PORT: '0',
    ALTMAP_LOG_LEVEL: 'fatal',
    ALTMAP_RATE_LIMIT: '100000',
  });
  const api = await startApi(config, { logger: createLogger(config, 'api', { write: () => {} }) });
  closers.push(api.close);
  url = api.url;
  enrollToken = (await new Access(createRepositories(database).tokens, systemClock).issue('enroll', 'test')).token;
  countOf = async (table) => {
    const { n } = await database
      .selectFrom(table)
      .select((eb) => eb.fn.countAll<number>().as('n'))
      .executeTakeFirstOrThrow();
    return Number(n);
  };
});

afterAll(async () => {
  for (const close of closers.reverse()) await close();
});

const captures = await readCaptures(new URL('../../../samples', import.meta.url).pathname);
const options = { concurrency: 4, seed: 3, counter: null, stopped: () => false };

it('sends a fleet to a real server, which stores what changed and nothing else', async () => {
  const fleet = fleetOf(captures, { hosts: 12, layouts: 3, seed: 3 });
  const wire = openWire(url, 4, (ms) => sleep(ms));
  try {
    const first = await runFleet(fleet, wire, { ...options, enrollToken, reports: 60, changed: 0.25 });
    expect(first.errors).toEqual({});
    expect(first.answers.accepted).toBeGreaterThan(12);
    expect(first.answers.accepted + first.answers.unchanged).toBe(60);
    expect(await countOf('host')).toBe(12);
    expect(await countOf('report')).toBe(first.answers.accepted);
    expect(first.traffic.connections).toBeLessThanOrEqual(4);
    expect(first.traffic.bytesSent).toBeGreaterThan(first.blobBytes);

    const readings = [{}, { 'public.host': { inserted: 0, updated: 24, deleted: 0 } }];
    const counter = { read: async () => readings.shift() ?? {} };
    const quiet = await runFleet(fleet, wire, { ...options, counter, enrollToken, reports: 24, changed: 0 });
    expect(quiet.answers.failed).toBe(0);
    expect(quiet.answers.unchanged).toBeGreaterThanOrEqual(12);
    expect(quiet.blobs).toBe(0);
    expect(summaryOf(quiet)).toContain(`unchanged                     ${quiet.answers.unchanged}\n`);
    expect(summaryOf(quiet)).toMatch(/rows of public\.host +0 inserted, 24 updated, 0 deleted\n$/);
    expect(first.rows).toBeNull();
  } finally {
    wire.close();
  }
});

it('counts what the server refuses by its error code', async () => {
  const [first, second] = fleetOf(captures, { hosts: 2, layouts: 1, seed: 4 });
  if (first === undefined || second === undefined) throw new Error('expected two hosts');
  const liar = { ...first, report: second.report };
  const wire = openWire(url, 1, (ms) => sleep(ms));
  try {
    const result = await runFleet([liar], wire, { ...options, enrollToken, reports: 2, changed: 0 });
    expect(result.answers).toEqual({ accepted: 0, unchanged: 0, failed: 2 });
    expect(result.errors).toEqual({ E_HOST_MISMATCH: 2 });
  } finally {
    wire.close();
  }
});
