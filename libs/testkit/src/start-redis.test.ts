import { connect } from 'node:net';
import { describe, expect, inject, it } from 'vitest';
import { findRedisServer, startRedis } from './start-redis.ts';

/** Sends one inline command and gives the first line of the answer. */
async function ask(url: string, command: string): Promise<string> {
  const { hostname, port } = new URL(url);
  const socket = connect(Number(port), hostname);
  try {
    return await new Promise<string>((resolve, reject) => {
      socket.once('error', reject);
      socket.once('data', (data) => resolve(data.toString().split('\r\n')[0] ?? ''));
      socket.write(`${command}\r\n`);
    });
  } finally {
    socket.destroy();
  }
}

it('is there when CI runs', () => {
  if (process.env.CI !== undefined) expect(findRedisServer()).not.toBe(null);
});

describe.skipIf(findRedisServer() === null)(
  'Redis (skipped: neither redis-server nor valkey-server on the PATH)',
  () => {
    it('shares one among the test files', async () => {
      const url = inject('redisUrl');
      if (url === null) throw new Error('expected a URL');
      expect(await ask(url, 'PING')).toBe('+PONG');
    });

    it('can be killed, comes back on the same port, and keeps nothing', async () => {
      const redis = await startRedis();
      try {
        expect(await ask(redis.url, 'SET key value')).toBe('+OK');
        await redis.kill();
        await expect(ask(redis.url, 'PING')).rejects.toThrow('ECONNREFUSED');
        await redis.restart();
        expect(await ask(redis.url, 'EXISTS key')).toBe(':0');
      } finally {
        await redis.stop();
      }
      await expect(ask(redis.url, 'PING')).rejects.toThrow('ECONNREFUSED');
    });
  },
);
