import type { SharedCounter } from '@altmap/core';
import { freshDatabase } from '@altmap/testkit';
import { describe, expect, inject, it, onTestFinished } from 'vitest';
import { TestApi } from '../testing/test-api.ts';
import { RateLimit } from './rate-limit.ts';

async function allowed(limit: RateLimit, requests: number, key = 'k'): Promise<number> {
  let count = 0;
  for (let i = 0; i < requests; i++) {
    count += await limit.consume(key).then(
      () => 1,
      () => 0,
    );
  }
  return count;
}

describe('RateLimit', () => {
  it('asks the others only once a tenth of the limit is used up, and then for a tenth each', async () => {
    const asked: number[] = [];
    const counter: SharedCounter = {
      async add(_key, points) {
        asked.push(points);
        return { total: 0, msLeft: 1 };
      },
    };
    const limit = new RateLimit({ name: 'token', requestsPerMinute: 600, counter, onError: () => {} });
    expect([await allowed(limit, 59), asked]).toEqual([59, []]);
    expect([await allowed(limit, 61), asked]).toEqual([61, [60, 60]]);
  });

  it('holds its own limit and tells of it when the shared count cannot be kept', async () => {
    const errors: unknown[] = [];
    const counter: SharedCounter = { add: () => Promise.reject(new Error('away')) };
    const limit = new RateLimit({
      name: 'token',
      requestsPerMinute: 5,
      counter,
      onError: (error) => errors.push(error),
    });
    expect([await allowed(limit, 9), errors.length]).toEqual([5, 5]);
  });
});

const redisUrl = inject('redisUrl');
const BACKENDS: readonly (readonly [string, Record<string, string>])[] = [
  ['Postgres', {}],
  ...(redisUrl === null ? [] : [['Redis', { ALTMAP_QUEUE_URL: redisUrl }] as const]),
];

describe.each(BACKENDS)('two API processes that share %s', (_name, queue) => {
  it('give one token, and one address, little more than the limit together', async () => {
    const url = await freshDatabase();
    const environment = { ALTMAP_RATE_LIMIT: '20', ...queue };
    const apis = [await TestApi.start(url, environment), await TestApi.start(url, environment)];
    for (const api of apis) onTestFinished(() => api.close());
    const token = apis[0]?.reader;
    const bad = `altr_${'x'.repeat(43)}`;
    for (const [said, good] of [
      [token, 200],
      [bad, 401],
    ] as const) {
      const statuses: number[] = [];
      for (let i = 0; i < 20; i++) {
        for (const api of apis) statuses.push((await api.query('{ __typename }', {}, said)).status);
      }
      const passed = statuses.filter((status) => status === good).length;
      expect(passed).toBeGreaterThanOrEqual(20);
      expect(passed).toBeLessThanOrEqual(24);
      expect(statuses.filter((status) => status === 429)).toHaveLength(40 - passed);
    }
  });
});
