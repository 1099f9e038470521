import { JOBS } from '@altmap/protocol';
import { expect, it } from 'vitest';
import { cappedBackoff, isJobName, JOB_POLICIES, QUEUE_NAMES, storedJob } from './registry.ts';

it('has a policy for every job and names every queue', () => {
  expect(Object.keys(JOB_POLICIES).sort()).toEqual(Object.keys(JOBS).sort());
  expect(QUEUE_NAMES).toEqual(['checks', 'alerts', 'notifications', 'rejudge', 'maintenance']);
});

it('knows no job that is only a property of objects', () => {
  expect(isJobName('sweep')).toBe(true);
  expect(isJobName('constructor')).toBe(false);
});

it('stores ids, a growing random wait between attempts, an identity, and both bounds on what is kept', () => {
  const reportId = '0193559e-5f3c-7bb0-8a3e-9ad5ee3fae10';
  const { data, opts } = storedJob({ name: 'check-report', payload: { reportId } }, JOB_POLICIES);
  expect(data).toEqual({ reportId });
  expect(opts).toMatchObject({
    attempts: 5,
    backoff: { type: 'exponential', delay: 1_000, jitter: 0.5 },
    deduplication: { id: reportId },
    removeOnComplete: { age: 3_600, count: 1_000 },
    removeOnFail: { age: 1_209_600, count: 5_000 },
  });
});

it('tries to deliver for about a day, at intervals that grow to half an hour and no further', () => {
  const { attempts } = JOB_POLICIES['deliver-notification'];
  const payload = { notificationId: '0193559e-5f3c-7bb0-8a3e-9ad5ee3fae10' };
  const job = storedJob({ name: 'deliver-notification', payload }, JOB_POLICIES);
  const waits = (random: number): number[] =>
    Array.from({ length: attempts - 1 }, (_, n) => cappedBackoff(job, n + 1, random));
  expect(waits(0).slice(0, 3)).toEqual([5_000, 10_000, 20_000]);
  expect(Math.max(...waits(0))).toBe(30 * 60_000);
  expect(waits(1)).toEqual(waits(0).map((wait) => wait / 2));
  const hours = waits(0.5).reduce((sum, wait) => sum + wait, 0) / 3_600_000;
  expect(Math.round(hours)).toBe(24);
});
