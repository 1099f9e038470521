import type { SharedCounter } from '@altmap/core';
import { Redis } from 'ioredis';
import { DEFAULT_PREFIX } from './open-queue.ts';

export interface OpenCounter extends SharedCounter {
  close(): Promise<void>;
}

/** In one step, so that no count is ever left without an end. */
const ADD = `
local total = redis.call('incrby', KEYS[1], ARGV[1])
local left = redis.call('pttl', KEYS[1])
if left < 0 then
  redis.call('pexpire', KEYS[1], ARGV[2])
  left = tonumber(ARGV[2])
end
return { total, left }
`;

const COMMAND_MS = 1_000;

/** Counts in Redis or Valkey. A Redis that is away fails the command and not the process. */
export function openRedisCounter(
  url: string,
  { prefix = DEFAULT_PREFIX, onError }: { prefix?: string; onError: (error: Error) => void },
): OpenCounter {
  const redis = new Redis(url, {
    connectTimeout: COMMAND_MS,
    commandTimeout: COMMAND_MS,
    maxRetriesPerRequest: 1,
    retryStrategy: (times) => Math.min(times * 200, 2_000),
  });
  redis.on('error', onError);
  return {
    async add(key, points, windowMs) {
      const [total, msLeft] = (await redis.eval(ADD, 1, `${prefix}:rate:${key}`, points, windowMs)) as [number, number];
      return { total, msLeft };
    },
    async close() {
      // Not quit(): that would wait for a Redis that is away.
      redis.disconnect();
    },
  };
}
