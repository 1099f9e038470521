import { newId } from '@altmap/core';
import { describe, expect, inject, it, onTestFinished } from 'vitest';
import { openRedisCounter } from './open-redis-counter.ts';

const redisUrl = inject('redisUrl');
if (redisUrl !== null) {
  describe('openRedisCounter', () => {
    const open = (prefix: string) => {
      const counter = openRedisCounter(redisUrl, { prefix, onError: () => {} });
      onTestFinished(() => counter.close());
      return counter;
    };

    it('counts for all processes together, each key by itself', async () => {
      const prefix = newId();
      const [one, other] = [open(prefix), open(prefix)];
      expect(await one.add('a', 2, 60_000)).toEqual({ total: 2, msLeft: 60_000 });
      const second = await other.add('a', 3, 60_000);
      expect(second.total).toBe(5);
      expect(second.msLeft).toBeLessThanOrEqual(60_000);
      expect(second.msLeft).toBeGreaterThan(0);
      expect((await one.add('b', 1, 60_000)).total).toBe(1);
      expect((await open(newId()).add('a', 1, 60_000)).total).toBe(1);
    });

    it('begins anew when the time is over', async () => {
      const counter = open(newId());
      await counter.add('a', 5, 1);
      await expect.poll(async () => (await counter.add('a', 1, 1)).total).toBe(1);
    });
  });

  it('fails the command when there is no Redis', async () => {
    const counter = openRedisCounter('redis://127.0.0.1:9', { onError: () => {} });
    await expect(counter.add('a', 1, 1_000)).rejects.toThrow();
    await counter.close();
  });
} else if (process.env.CI) {
  it('counts in Redis', () => expect.fail('CI must run these: redis-server or valkey-server is not on the PATH'));
} else {
  it.skip('counts in Redis: neither redis-server nor valkey-server is on the PATH', () => {});
}
