import { Queue, Worker } from 'bullmq';
import { Redis } from 'ioredis';
import { type BullQueue, type BullWorker, COMMAND_MS, type OpenBackend } from './backend.ts';

const MAX_RECONNECT_MS = 2_000;

/** Jobs in Redis 6.2 or newer, or Valkey. */
export const openRedisBackend: OpenBackend = (url, { use, onError }) => {
  const redis = new Redis(url, {
    connectTimeout: COMMAND_MS,
    retryStrategy: (times) => Math.min(times * 200, MAX_RECONNECT_MS),
    // BullMQ wants `null` of a worker's connection: it waits for Redis to come back, however long that takes.
    ...(use === 'add' ? { maxRetriesPerRequest: 1, commandTimeout: COMMAND_MS } : { maxRetriesPerRequest: null }),
  });
  redis.on('error', onError);
  return {
    queue: (name, options) => new Queue(name, { ...options, connection: redis }) as unknown as BullQueue,
    worker: (name, processor, options) =>
      new Worker(name, processor, { ...options, connection: redis }) as unknown as BullWorker,
    async close() {
      // Not quit(): that would wait for a Redis that is away.
      redis.disconnect();
    },
  };
};
