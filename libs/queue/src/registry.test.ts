import { JOBS } from '@altmap/protocol';
import { expect, it } from 'vitest';
import { isJobName, JOB_POLICIES, QUEUE_NAMES, storedJob } from './registry.ts';

it('has a policy for every job and names every queue', () => {
  expect(Object.keys(JOB_POLICIES).sort()).toEqual(Object.keys(JOBS).sort());
  expect(QUEUE_NAMES).toEqual(['checks', 'notifications', 'maintenance']);
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
