import { createHash } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { zstdCompressSync } from 'node:zlib';
import { auditEvent, ManageAlerts, manifestDigest, newId, systemClock } from '@altmap/core';
import {
  closeDatabase,
  createDatabase,
  createRepositories,
  type Database,
  migrateToLatest,
  type Repositories,
} from '@altmap/db';
import { type Config, loadConfig } from '@altmap/platform';
import type { OpenCase } from '@altmap/policy';
import { AlertWebhook, type Manifest } from '@altmap/protocol';
import { JOB_POLICIES, type OpenQueue, openQueue, prepareQueue } from '@altmap/queue';
import { freshDatabase, startRedis, type TestRedis } from '@altmap/testkit';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, inject, it, vi } from 'vitest';
import { type RunningWorker, startWorker } from './start-worker.ts';

const PATIENCE = { timeout: 15_000, interval: 50 };
const SECRET = `whsec_${Buffer.from('twenty-four bytes secret').toString('base64')}`;

/** Judges by one word of the config: what the engine says is not the matter here. */
const openCase: OpenCase = (evidence, said) => {
  const config = Buffer.from(evidence.get('config') ?? []).toString();
  if (config.includes('BROKEN')) throw new Error('the engine broke');
  const isOff = config.includes('# CONFIG_ZONE_DEVICE is not set');
  return {
    input: [config, said.release],
    diagnostics: [],
    assess: () => ({ engineVersion: 'test-1', ranges: [], verdicts: [] }),
    findings: () =>
      isOff
        ? [
            {
              key: 'zone-device',
              code: 'F_TEST',
              severity: 'critical',
              subject: 'kernel config',
              summary: 'off',
              facts: {},
            },
          ]
        : [],
  };
};

/** `forget` takes everything from the queue, as a Redis does that starts again. */
function describeWorker(backend: string, queueUrl: () => string | undefined, forget?: () => Promise<void>): void {
  describe(`a worker with its jobs on ${backend}`, () => {
    let databaseUrl: string;
    let config: Config;
    let database: Database;
    let repositories: Repositories;
    let queue: OpenQueue;
    const cleanups: (() => Promise<unknown>)[] = [];

    beforeEach(async () => {
      databaseUrl = await freshDatabase();
      const url = queueUrl();
      config = loadConfig({
        ALTMAP_DATABASE_URL: databaseUrl,
        ...(url === undefined ? {} : { ALTMAP_QUEUE_URL: url }),
        ALTMAP_SWEEP_SECONDS: '0.3',
        ALTMAP_STRANDED_SECONDS: '0.2',
        ALTMAP_JOB_LOCK_SECONDS: '2',
        ALTMAP_DATABASE_POOL: '4',
        ALTMAP_WEBHOOK_ALLOW: '127.0.0.1',
        ALTMAP_WORKER_METRICS_PORT: '0',
        ALTMAP_LOG_LEVEL: 'silent',
      });
      database = createDatabase(databaseUrl, { poolSize: 2, applicationName: 'test', onError: () => {} });
      cleanups.push(() => closeDatabase(database));
      await migrateToLatest(database, { log: () => {} });
      await prepareQueue(config.ALTMAP_QUEUE_URL ?? databaseUrl);
      repositories = createRepositories(database);
      // A dead job after one attempt: how often the queue tries is its own matter.
      const policies = { ...JOB_POLICIES, 'check-report': { ...JOB_POLICIES['check-report'], attempts: 1 } };
      queue = await openQueue(config.ALTMAP_QUEUE_URL ?? databaseUrl, { policies, onError: () => {} });
      cleanups.push(() => queue.close());
    });
    afterEach(async () => {
      for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
    });

    async function start(changes: Partial<Config> = {}): Promise<RunningWorker> {
      const worker = await startWorker({ ...config, ...changes }, { openCase, engineVersion: 'test-1' });
      cleanups.push(() => worker.close());
      return worker;
    }

    /** A report that was acknowledged, and whose job is yet to be added. */
    async function received(content: string): Promise<string> {
      const machine = createHash('sha256').update(newId()).digest('hex');
      const token = { id: newId(), sha256: createHash('sha256').update(machine).digest() };
      const said = { actor: 'test', action: 'host.enrol', object: 'host', details: {} };
      const eventOf = () => auditEvent(said, systemClock);
      const host = { id: newId(), machine, name: 'host-1', labels: {}, token, at: new Date(), eventOf };
      const { hostId } = await repositories.hosts.enrol(host);
      const sha256 = createHash('sha256').update(content).digest('hex');
      const bytes = Buffer.byteLength(content);
      await repositories.blobs.put({ sha256, bytes, zstd: zstdCompressSync(content), at: new Date() });
      const manifest: Manifest = {
        version: 1,
        machine,
        collectedAt: '2026-11-22T10:00:00Z',
        release: '6.12.1',
        pageSize: 4096,
        parts: [{ kind: 'config', sha256, bytes }],
        absent: [],
      };
      const report = { id: newId(), hostId, receivedAt: new Date(), digest: manifestDigest(manifest), manifest };
      expect(await repositories.reports.commit(report)).toEqual({ reportId: report.id });
      return report.id;
    }

    const until = <T>(check: () => T | Promise<T>): Promise<T> => vi.waitFor(check, PATIENCE);
    const untilState = (reportId: string, state: string): Promise<{ failure: string | null }> =>
      until(async () => {
        const [row] = await repositories.fleet.reportsByIds([reportId]);
        expect(row?.state).toBe(state);
        return { failure: row?.failure ?? null };
      });
    const metric = async ({ statusUrl }: RunningWorker, sample: string): Promise<string | undefined> => {
      const text = await (await fetch(`${statusUrl}/metrics`)).text();
      return text.split('\n').find((line) => line.startsWith(sample));
    };

    it('checks a report', async () => {
      const worker = await start({ ALTMAP_STRANDED_SECONDS: 3_600 });
      const reportId = await received('# CONFIG_ZONE_DEVICE is not set\n');
      await queue.add({ name: 'check-report', payload: { reportId } });
      await untilState(reportId, 'checked');
      const { items } = await repositories.fleet.findings({}, { first: 10, after: null });
      expect(items.map(({ node }) => [node.code, node.reportId])).toEqual([['F_TEST', reportId]]);
      const sets = await database.selectFrom('verdict_set').select('engine_version').execute();
      expect(sets).toEqual([{ engine_version: 'test-1' }]);
      await until(async () =>
        expect(await metric(worker, 'altmap_jobs_total{name="check-report",result="done"}')).toMatch(/ 1$/),
      );
      expect(await metric(worker, 'altmap_findings_total{change="opened",severity="critical"}')).toMatch(/ 1$/);
    });

    it('finds a report whose job was lost', async () => {
      const reportId = await received('CONFIG_ZONE_DEVICE=y\n');
      await start();
      await untilState(reportId, 'checked');
    });

    if (forget !== undefined) {
      it('finds a report whose job was lost with the whole queue', async () => {
        await start();
        await forget();
        const reportId = await received('CONFIG_ZONE_DEVICE=y\n');
        await untilState(reportId, 'checked');
      });
    }

    it('keeps why a report could not be checked', async () => {
      const worker = await start({ ALTMAP_STRANDED_SECONDS: 3_600 });
      const reportId = await received('BROKEN\n');
      await queue.add({ name: 'check-report', payload: { reportId } });
      expect(await untilState(reportId, 'failed')).toEqual({ failure: 'the engine broke' });
      await until(async () =>
        expect(await metric(worker, 'altmap_jobs_total{name="check-report",result="dead"}')).toMatch(/ 1$/),
      );
    });

    it('delivers an alert again until the receiver takes it, and keeps every attempt', async () => {
      const bodies: unknown[] = [];
      const server = createServer(async (request, response) => {
        const chunks: Buffer[] = [];
        for await (const chunk of request) chunks.push(chunk as Buffer);
        bodies.push(AlertWebhook.parse(JSON.parse(Buffer.concat(chunks).toString())));
        response.writeHead(bodies.length === 1 ? 500 : 200).end();
      });
      await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
      cleanups.push(() => new Promise((resolve) => server.close(resolve)));
      const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
      const { alertSettings, alerts } = repositories;
      const manage = new ManageAlerts(alertSettings, alerts, systemClock, 'test');
      await manage.addReceiver({ name: 'on-call', kind: 'webhook', url, secret: SECRET });
      await manage.addRule({ name: 'all', receiver: 'on-call', minSeverity: 'info', groupWaitMs: 0 });

      const worker = await start();
      const reportId = await received('# CONFIG_ZONE_DEVICE is not set\n');
      await queue.add({ name: 'check-report', payload: { reportId } });
      await until(async () => {
        const { state } = await database.selectFrom('notification').select('state').executeTakeFirstOrThrow();
        expect(state).toBe('sent');
      });
      const attempts = await database
        .selectFrom('notification_attempt')
        .select(['status', 'error'])
        .orderBy('at')
        .execute();
      expect(attempts).toEqual([
        { status: 500, error: 'answered 500' },
        { status: 200, error: null },
      ]);
      expect(bodies).toHaveLength(2);
      expect(bodies[1]).toEqual(bodies[0]);
      expect(bodies[0]).toMatchObject({ type: 'alerts.firing', data: { alerts: [{ code: 'F_TEST', reportId }] } });
      await until(async () =>
        expect(await metric(worker, 'altmap_notifications_total{receiver="on-call",result="sent"}')).toMatch(/ 1$/),
      );
      expect(await metric(worker, 'altmap_notifications_total{receiver="on-call",result="failed"}')).toMatch(/ 1$/);
    });

    it('is heard of while it runs, and no more when it has stopped', async () => {
      const before = Date.now();
      const worker = await start();
      expect((await repositories.heartbeats.latest())?.getTime()).toBeGreaterThanOrEqual(before);
      expect(await (await fetch(`${worker.statusUrl}/healthz`)).json()).toEqual({ status: 'ok' });
      await worker.close();
      expect(await repositories.heartbeats.latest()).toBeNull();
      await expect(fetch(`${worker.statusUrl}/healthz`)).rejects.toThrow();
    });
  });
}

describeWorker('Postgres', () => undefined);

if (inject('redisUrl') !== null) {
  let redis: TestRedis;
  // Of its own: a worker's keys have one prefix, and another test's worker must not take these jobs.
  beforeAll(async () => {
    redis = await startRedis();
  });
  afterAll(() => redis.stop());
  describeWorker(
    'Redis',
    () => redis.url,
    () => redis.restart(),
  );
} else if (process.env.CI) {
  it('a worker with its jobs on Redis', () => expect.fail('CI must run these: there is no redis-server on the PATH'));
} else {
  it.skip('a worker with its jobs on Redis: neither redis-server nor valkey-server is on the PATH', () => {});
}

describe('a worker that cannot work', () => {
  const dependencies = { openCase, engineVersion: 'test-1' };
  const configOf = (url: string, changes: Record<string, string> = {}): Config =>
    loadConfig({ ALTMAP_DATABASE_URL: url, ALTMAP_LOG_LEVEL: 'silent', ...changes });

  it('says that the database must be migrated', async () => {
    const config = configOf(await freshDatabase());
    await expect(startWorker(config, dependencies)).rejects.toThrow(
      /the database lacks .*: run "altmap migrate" first/,
    );
  });

  it('says that a range of addresses is none', async () => {
    const config = configOf(await freshDatabase(), { ALTMAP_WEBHOOK_ALLOW: '10.0.0.0/8,intranet' });
    await expect(startWorker(config, dependencies)).rejects.toThrow('ALTMAP_WEBHOOK_ALLOW: "intranet": expected');
  });
});
