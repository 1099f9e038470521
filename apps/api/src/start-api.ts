import { systemClock } from '@altmap/core';
import { closeDatabase, createDatabase, createRepositories, type Database, pendingMigrations } from '@altmap/db';
import { type Config, createLogger, createMetrics, type Logger, type Metrics } from '@altmap/platform';
import { type OpenCounter, type OpenQueue, openQueue, openRedisCounter } from '@altmap/queue';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { createApp } from './create-app.ts';
import type { HttpLimits } from './http/http-limits.ts';

/** What the API would otherwise open or make itself. What is given here is not closed with it. */
export interface ApiDependencies {
  readonly database?: Database;
  readonly queue?: OpenQueue;
  readonly logger?: Logger;
  readonly metrics?: Metrics;
  readonly limits?: Partial<HttpLimits>;
}

export interface RunningApi {
  /** Where it listens, e.g. http://127.0.0.1:8790 */
  readonly url: string;
  readonly app: NestFastifyApplication;
  /** Takes no new requests, answers those that are under way, then lets go of the database and the queue. */
  close(): Promise<void>;
}

/** Runs the API. The database must have been migrated and the queue prepared. */
export async function startApi(config: Config, dependencies: ApiDependencies = {}): Promise<RunningApi> {
  const logger = dependencies.logger ?? createLogger(config, 'api');
  const metrics = dependencies.metrics ?? createMetrics();
  const onError = (error: Error): void => logger.warn({ err: error }, 'a connection broke');
  const closers: (() => Promise<unknown>)[] = [];
  const close = async (): Promise<void> => {
    for (const closer of closers.splice(0).reverse()) await closer();
  };
  try {
    const database = dependencies.database ?? openDatabase();
    const queue = dependencies.queue ?? (await openOwnQueue());
    const app = await createApp({
      config,
      ports: {
        ...createRepositories(database),
        ...redisCounter(),
        queue,
        pendingMigrations: () => pendingMigrations(database),
        clock: systemClock,
      },
      logger,
      metrics,
      limits: dependencies.limits ?? {},
    });
    closers.push(() => app.close());
    await app.listen({ host: config.ALTMAP_LISTEN_HOST, port: config.ALTMAP_LISTEN_PORT });
    const url = await app.getUrl();
    logger.info({ url }, 'listening');
    return { url, app, close };
  } catch (error) {
    await close();
    throw error;
  }

  function openDatabase(): Database {
    const options = { poolSize: config.ALTMAP_DATABASE_POOL, applicationName: 'altmap-api', onError };
    const database = createDatabase(config.ALTMAP_DATABASE_URL, options);
    closers.push(() => closeDatabase(database));
    return database;
  }

  /** Where there is a Redis, that counts requests: Postgres does so otherwise. */
  function redisCounter(): { rateCounter?: OpenCounter } {
    const url = config.ALTMAP_QUEUE_URL;
    if (url === undefined || !/^rediss?:/.test(url)) return {};
    const rateCounter = openRedisCounter(url, { onError });
    closers.push(() => rateCounter.close());
    return { rateCounter };
  }

  async function openOwnQueue(): Promise<OpenQueue> {
    const queue = await openQueue(config.ALTMAP_QUEUE_URL ?? config.ALTMAP_DATABASE_URL, { onError });
    closers.push(() => queue.close());
    return queue;
  }
}
