import type { TestProject } from 'vitest/node';
import './provided-context.ts';
import { startPostgres } from './start-postgres.ts';
import { findRedisServer, startRedis } from './start-redis.ts';

/** Vitest's global setup: one Postgres and one Redis for all test files of a run. */
export async function setup(project: TestProject): Promise<() => Promise<void>> {
  const [postgres, redis] = await Promise.all([startPostgres(), findRedisServer() === null ? null : startRedis()]);
  project.provide('postgresUrl', postgres.url);
  project.provide('redisUrl', redis?.url ?? null);
  return async () => {
    await Promise.all([postgres.stop(), redis?.stop()]);
  };
}
