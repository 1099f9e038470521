import { newId } from '@altmap/core';
import { startRedis, type TestRedis } from '@altmap/testkit';
import { Redis } from 'ioredis';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { describeJobQueue } from './conformance.ts';
import { openQueue } from './open-queue.ts';

const redisUrl = inject('redisUrl');
if (redisUrl !== null) {
  describeJobQueue('Redis', async () => redisUrl);

  describe('a Redis that is full', () => {
    let redis: TestRedis;
    beforeAll(async () => {
      redis = await startRedis();
    });
    afterAll(() => redis.stop());

    it('fails the addition and the probe, and takes both when it has room again', async () => {
      const client = new Redis(redis.url);
      const queue = await openQueue(redis.url, { onError: () => {} });
      await queue.probe();
      await client.config('SET', 'maxmemory', '1');
      const job = { name: 'check-report', payload: { reportId: newId() } } as const;
      await expect(queue.add(job)).rejects.toThrow('OOM');
      await expect(queue.addMany([job])).rejects.toThrow('OOM');
      await expect(queue.probe()).rejects.toThrow('OOM');
      await client.config('SET', 'maxmemory', '0');
      await queue.add(job);
      await queue.probe();
      expect((await queue.counts()).checks.waiting).toBe(1);
      await queue.close();
      client.disconnect();
    });
  });
} else if (process.env.CI) {
  it('jobs on Redis', () => expect.fail('CI must run these: redis-server or valkey-server is not on the PATH'));
} else {
  it.skip('jobs on Redis: neither redis-server nor valkey-server is on the PATH', () => {});
}
