import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { type JobContext, type JobHandler, newId } from '@altmap/core';
import { JOBS, type Job, type JobName } from '@altmap/protocol';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { openBackend } from './backend.ts';
import { type BreakableProxy, startBreakableProxy } from './breakable-proxy.ts';
import type { JobEvent } from './job-event.ts';
import { type JobRunner, type JobRunnerOptions, startJobRunner } from './job-runner.ts';
import { type OpenQueue, openQueue } from './open-queue.ts';
import { prepareQueue } from './prepare-queue.ts';
import { JOB_POLICIES, type JobPolicies } from './registry.ts';

const PATIENCE = { timeout: 15_000, interval: 20 };
const LOCK_MS = 1_000;

const quick: JobPolicies = {
  ...JOB_POLICIES,
  'check-report': { ...JOB_POLICIES['check-report'], attempts: 3, backoffMs: 10 },
};
const slow: JobPolicies = { ...quick, 'check-report': { ...quick['check-report'], backoffMs: 3_600_000 } };

const checkReport = (reportId = newId()): Extract<Job, { name: 'check-report' }> => ({
  name: 'check-report',
  payload: { reportId },
});

type Handle = (payload: unknown, context: JobContext) => Promise<void>;

interface Run extends JobContext {
  readonly name: JobName;
  readonly payload: unknown;
}

/** What a worker must do with jobs, whatever keeps them. `serverUrl` gives an empty place of its own, or one to share. */
export function describeJobQueue(backend: string, serverUrl: () => Promise<string>): void {
  describe(`jobs on ${backend}`, () => {
    let url: string;
    let prefix: string;
    let runs: Run[];
    let deaths: { payload: unknown; reason: string }[];
    let events: JobEvent[];
    const cleanups: (() => Promise<void>)[] = [];

    beforeEach(async () => {
      url = await serverUrl();
      prefix = `test-${randomUUID()}`;
      runs = [];
      deaths = [];
      events = [];
      await prepareQueue(url);
    });
    afterEach(async () => {
      for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
    });

    async function queueAt(at: string, policies = quick): Promise<OpenQueue> {
      const queue = await openQueue(at, { prefix, policies, onError: () => {} });
      cleanups.push(() => queue.close());
      return queue;
    }
    const open = (policies = quick): Promise<OpenQueue> => queueAt(url, policies);

    const dead: Handle = async () => {};
    async function runAt(
      at: string,
      handle: Handle,
      options: Partial<JobRunnerOptions> & { dead?: (payload: unknown, reason: string) => Promise<void> } = {},
    ): Promise<JobRunner> {
      const handlerOf = (name: JobName): JobHandler => ({
        name,
        async handle(payload, context) {
          runs.push({ name, payload, ...context });
          await handle(payload, context);
        },
        async dead(payload, reason) {
          deaths.push({ payload, reason });
          await options.dead?.(payload, reason);
        },
      });
      const handlers = (Object.keys(JOBS) as JobName[]).map(handlerOf);
      const onEvent = (event: JobEvent): void => {
        events.push(event);
      };
      const runner = await startJobRunner(at, handlers, {
        concurrency: 4,
        lockMs: LOCK_MS,
        prefix,
        onEvent,
        ...options,
      });
      cleanups.push(() => runner.close());
      return runner;
    }
    const run = (handle: Handle, options: Parameters<typeof runAt>[2] = {}): Promise<JobRunner> =>
      runAt(url, handle, options);

    const until = (check: () => unknown): Promise<unknown> => vi.waitFor(check, PATIENCE);
    const untilDone = (queue: OpenQueue, completed: number): Promise<unknown> =>
      until(async () => expect((await queue.counts()).checks).toMatchObject({ completed, active: 0, waiting: 0 }));

    async function proxied(): Promise<BreakableProxy> {
      const proxy = await startBreakableProxy(url);
      cleanups.push(() => proxy.close());
      return proxy;
    }

    it('runs what was added, with its payload', async () => {
      const queue = await open();
      const job = checkReport();
      await queue.add(job);
      await run(async () => {});
      await untilDone(queue, 1);
      expect(runs).toEqual([{ name: 'check-report', payload: job.payload, attempt: 1, isLastAttempt: false }]);
      expect(events).toMatchObject([{ type: 'done', name: 'check-report', attempt: 1 }]);
    });

    it('takes no payload that is not what the protocol says', async () => {
      const queue = await open();
      const bad = { name: 'check-report', payload: { reportId: 'seven', data: 'x' } } as unknown as Job;
      await expect(queue.add(bad)).rejects.toThrow(/payload of check-report: [^]*reportId/);
      expect((await queue.counts()).checks.waiting).toBe(0);
    });

    it('stores a job once while it waits or runs, and again after it was done', async () => {
      const queue = await open();
      const job = checkReport();
      await queue.add(job);
      await queue.add(job);
      await queue.addMany([job, job, checkReport()]);
      expect((await queue.counts()).checks.waiting).toBe(2);

      let release = (): void => {};
      const held = new Promise<void>((resolve) => {
        release = resolve;
      });
      await run(() => held);
      await until(() => expect(runs).toHaveLength(2));
      await queue.add(job);
      await queue.addMany([job]);
      expect((await queue.counts()).checks).toMatchObject({ waiting: 0, active: 2 });

      release();
      await untilDone(queue, 2);
      await queue.add(job);
      await untilDone(queue, 3);
      expect(runs).toHaveLength(3);
    });

    it('adds many jobs of several kinds', async () => {
      const queue = await open();
      const notifications = Array.from(
        { length: 20 },
        (): Job => ({
          name: 'deliver-notification',
          payload: { notificationId: newId() },
        }),
      );
      await queue.addMany([...Array.from({ length: 200 }, () => checkReport()), ...notifications]);
      const counts = await queue.counts();
      expect([counts.checks.waiting, counts.notifications.waiting, counts.maintenance.waiting]).toEqual([200, 20, 0]);
      await run(async () => {});
      await untilDone(queue, 200);
      await until(() => expect(new Set(runs.map(({ payload }) => JSON.stringify(payload))).size).toBe(220));
    });

    it('tries again after a failure, until it succeeds', async () => {
      const queue = await open();
      await queue.add(checkReport());
      await run(async (_payload, { attempt }) => {
        if (attempt < 3) throw new Error(`not yet ${attempt}`);
      });
      await untilDone(queue, 1);
      expect(runs.map(({ attempt, isLastAttempt }) => [attempt, isLastAttempt])).toEqual([
        [1, false],
        [2, false],
        [3, true],
      ]);
      expect(events).toMatchObject([
        { type: 'failed', attempt: 1, reason: 'not yet 1' },
        { type: 'failed', attempt: 2, reason: 'not yet 2' },
        { type: 'done', attempt: 3 },
      ]);
      expect(deaths).toEqual([]);
    });

    it('waits between attempts, and does not add a job that waits so', async () => {
      const queue = await open(slow);
      const job = checkReport();
      await queue.add(job);
      await run(async () => {
        throw new Error('no');
      });
      await until(async () => expect((await queue.counts()).checks).toMatchObject({ delayed: 1, active: 0 }));
      await queue.add(job);
      expect((await queue.counts()).checks).toMatchObject({ delayed: 1, waiting: 0 });
      expect(runs).toHaveLength(1);
    });

    it('tells the handler once when all attempts failed, keeps the reason, and lets the job be added again', async () => {
      const queue = await open();
      const job = checkReport();
      await queue.add(job);
      let broken = true;
      await run(async () => {
        if (broken) throw new Error('broken');
      });
      await until(async () => expect((await queue.counts()).checks).toMatchObject({ failed: 1, active: 0 }));
      expect(runs).toHaveLength(3);
      expect(deaths).toEqual([{ payload: job.payload, reason: 'broken' }]);
      expect(events.at(-1)).toEqual({ type: 'dead', name: 'check-report', payload: job.payload, reason: 'broken' });

      broken = false;
      await queue.add(job);
      await untilDone(queue, 1);
      expect(deaths).toHaveLength(1);
    });

    it('asks the handler again when it could not keep the reason', async () => {
      const queue = await open();
      await queue.add(checkReport());
      await run(
        async () => {
          throw new Error('broken');
        },
        {
          unkeptRetryMs: 50,
          dead: async () => {
            if (deaths.length < 3) throw new Error('no database');
          },
        },
      );
      await until(async () =>
        expect((await queue.counts()).checks).toMatchObject({ failed: 1, active: 0, delayed: 0 }),
      );
      expect(deaths).toHaveLength(3);
      expect(events.filter(({ type }) => type === 'dead-unkept')).toHaveLength(2);
      expect(events.filter(({ type }) => type === 'dead')).toHaveLength(1);
    });

    it('puts a job that it does not know, or whose payload is wrong, to the dead at once with the reason', async () => {
      const raw = openBackend(url, { use: 'add', connections: 1, onError: () => {} });
      const checks = raw.queue('checks', { prefix });
      await checks.waitUntilReady();
      const options = { attempts: 5, backoff: { type: 'fixed', delay: 3_600_000 } };
      await checks.add('check-report', { reportId: 7 }, options);
      await checks.add('make-coffee', {}, options);
      await checks.add('sweep', {}, options);
      await run(async () => {});
      await until(() => expect(events.map(({ type }) => type)).toEqual(['unfit', 'unfit', 'unfit']));
      const failed = await vi.waitFor(async () => {
        const jobs = await checks.getJobs(['failed']);
        expect(jobs).toHaveLength(3);
        return jobs;
      }, PATIENCE);
      expect(new Map(failed.map(({ name, failedReason }) => [name, failedReason]))).toEqual(
        new Map([
          ['check-report', expect.stringMatching(/payload of check-report: [^]*reportId/)],
          ['make-coffee', 'no job "make-coffee" belongs in queue checks'],
          ['sweep', 'no job "sweep" belongs in queue checks'],
        ]),
      );
      expect(runs).toEqual([]);
      await checks.close();
      await raw.close();
    });

    it('makes a scheduled job again and again, once for all who ask for it', async () => {
      const [one, other] = [await open(), await open()];
      await one.schedule('sweep', 200);
      await other.schedule('sweep', 200);
      await one.schedule('sweep', 200);
      const { delayed, waiting } = (await one.counts()).maintenance;
      expect(delayed + waiting).toBe(1);
      await run(async () => {});
      await until(() => expect(runs.length).toBeGreaterThanOrEqual(3));
      expect(new Set(runs.map(({ name }) => name))).toEqual(new Set(['sweep']));
    });

    it('schedules again what the backend has forgotten', async () => {
      const queue = await open();
      await queue.schedule('sweep', 3_600_000);
      const raw = openBackend(url, { use: 'add', connections: 1, onError: () => {} });
      const maintenance = raw.queue('maintenance', { prefix });
      await maintenance.obliterate({ force: true });
      expect(await maintenance.getJobSchedulersCount()).toBe(0);
      await maintenance.resume();
      await queue.schedule('sweep', 3_600_000);
      expect(await maintenance.getJobSchedulersCount()).toBe(1);
      await maintenance.close();
      await raw.close();
    });

    it('finishes what runs before it closes, and takes nothing new', async () => {
      const queue = await open();
      await queue.addMany([checkReport(), checkReport()]);
      let release = (): void => {};
      const held = new Promise<void>((resolve) => {
        release = resolve;
      });
      const runner = await run(() => held, { concurrency: 1 });
      await until(() => expect(runs).toHaveLength(1));
      const closed = runner.close();
      release();
      await closed;
      expect(runs).toHaveLength(1);
      expect((await queue.counts()).checks).toMatchObject({ completed: 1, waiting: 1, active: 0 });
      await run(async () => {});
      await untilDone(queue, 2);
    });

    it('leaves what does not end to another worker', async () => {
      const queue = await open();
      const job = checkReport();
      await queue.add(job);
      const stuck = await run(() => new Promise(() => {}), { closeMs: 200 });
      await until(() => expect(runs).toHaveLength(1));
      await stuck.close();
      expect(events.at(-1)).toEqual({ type: 'abandoned', names: ['check-report'] });
      await run(async () => {});
      await untilDone(queue, 1);
      expect(runs.map(({ payload, attempt }) => [payload, attempt])).toEqual([
        [job.payload, 1],
        [job.payload, 1],
      ]);
    });

    it('gives the job of a worker that was killed to another', async () => {
      const queue = await open();
      const job = checkReport();
      await queue.add(job);
      const script = fileURLToPath(new URL('./conformance-victim.ts', import.meta.url));
      const victim = spawn(process.execPath, [script, url, prefix], { stdio: ['ignore', 'pipe', 'inherit'] });
      const gone = new Promise((resolve) => victim.once('exit', resolve));
      cleanups.push(async () => {
        victim.kill('SIGKILL');
        await gone;
      });
      await new Promise<void>((resolve, reject) => {
        victim.stdout.once('data', () => resolve());
        victim.once('exit', (code) => reject(new Error(`the worker ended with ${code} before it ran the job`)));
      });
      await run(async () => {});
      expect((await queue.counts()).checks.active).toBe(1);
      victim.kill('SIGKILL');
      await gone;
      await untilDone(queue, 1);
      expect(runs).toEqual([{ name: 'check-report', payload: job.payload, attempt: 1, isLastAttempt: false }]);
      expect(events.map(({ type }) => type)).toEqual(['stalled', 'done']);
    });

    it('puts a job whose worker was lost too often to the dead, and tells its handler', async () => {
      const queue = await open();
      await queue.add(checkReport());
      const stuck = await run(() => new Promise(() => {}), { closeMs: 50 });
      await until(() => expect(runs).toHaveLength(1));
      await stuck.close();
      await run(async () => {}, { mostStalls: 0 });
      await until(async () => expect((await queue.counts()).checks).toMatchObject({ failed: 1, active: 0 }));
      expect(deaths.map(({ reason }) => reason)).toEqual(['its worker was lost 1 times']);
      expect(runs).toHaveLength(1);
    });

    it('keeps done jobs within the bound of its policy', async () => {
      const policies = { ...quick, 'check-report': { ...quick['check-report'], keepDone: { age: 3_600, count: 2 } } };
      const queue = await open(policies);
      await queue.addMany(Array.from({ length: 5 }, () => checkReport()));
      await run(async () => {}, { concurrency: 1 });
      await until(() => expect(runs).toHaveLength(5));
      await untilDone(queue, 2);
    });

    it('fails an addition and a probe when the backend is away, and takes them when it is back', async () => {
      const proxy = await proxied();
      const queue = await queueAt(proxy.url);
      await queue.probe();
      await proxy.cut();
      await expect(queue.add(checkReport())).rejects.toThrow();
      await expect(queue.probe()).rejects.toThrow();
      await proxy.mend();
      await until(() => queue.probe());
      const job = checkReport();
      await queue.add(job);
      await run(async () => {});
      await until(() => expect(runs.map(({ payload }) => payload)).toContainEqual(job.payload));
    });

    it('fails an addition when the backend does not answer', async () => {
      const proxy = await proxied();
      const queue = await queueAt(proxy.url);
      proxy.freeze();
      await expect(queue.add(checkReport())).rejects.toThrow();
      await proxy.mend();
      await until(() => queue.probe());
    });

    it.each(['cut', 'hangUp'] as const)('goes on after the backend was away (%s), and does not spin', async (way) => {
      const proxy = await proxied();
      const queue = await open();
      await queue.addMany(Array.from({ length: 300 }, () => checkReport()));
      await runAt(proxy.url, () => sleep(5));
      await until(() => expect(runs.length).toBeGreaterThan(20));
      events = [];
      await proxy[way]();
      await until(() => expect(events.some(({ type }) => type === 'error')).toBe(true));
      await sleep(1_000);
      // Asking again without a pause gives thousands.
      expect(events.filter(({ type }) => type === 'error').length).toBeLessThan(150);
      await proxy.mend();
      await untilDone(queue, 300);
    });

    it('says so when the backend cannot be reached at the start', async () => {
      const proxy = await startBreakableProxy(url);
      await proxy.close();
      await expect(openQueue(proxy.url, { prefix, onError: () => {} })).rejects.toThrow('the queue cannot be used');
      await expect(runAt(proxy.url, dead)).rejects.toThrow('the queue cannot be used');
    });

    it('can be prepared by several at once, and again', async () => {
      await Promise.all(Array.from({ length: 4 }, () => prepareQueue(url)));
      await prepareQueue(url);
      await (await open()).probe();
    });
  });
}
