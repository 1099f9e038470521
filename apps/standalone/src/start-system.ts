import { startApi } from '@altmap/api';
import { closeDatabase, createDatabase, migrateToLatest } from '@altmap/db';
import { type EmbeddedPostgres, startEmbeddedPostgres } from '@altmap/embedded-postgres';
import { createLogger, createMetrics, type Environment, loadConfig } from '@altmap/platform';
import { openCase } from '@altmap/policy';
import { prepareQueue } from '@altmap/queue';
import { ENGINE_VERSION } from '@altmap/vmemmap';
import { startWorker } from '@altmap/worker';
import { DataDir } from './data-dir.ts';
import { namesDatabase } from './names-database.ts';

export interface System {
  readonly apiUrl: string;
  readonly databaseUrl: string;
  /** True when this start made the data. */
  readonly isNew: boolean;
  stop(): Promise<void>;
}

/**
 * Starts everything in this process: Postgres in a folder of its own, unless ALTMAP_DATABASE_URL names one; the schema;
 * the worker; the API. Whatever had started is stopped again when a later part fails.
 *
 * @throws ConfigError, DataDirError
 */
export async function startSystem(environment: Environment): Promise<System> {
  const dataDir = new DataDir(environment['ALTMAP_DATA_DIR'] || './.altmap');
  const closers: (() => Promise<void> | void)[] = [];
  const stop = async (): Promise<void> => {
    for (const close of closers.splice(0).reverse()) await close();
  };
  try {
    dataDir.lock();
    closers.push(() => dataDir.release());
    const { isNew } = dataDir;
    let embedded: EmbeddedPostgres | null = null;
    if (!namesDatabase(environment)) {
      embedded = await startEmbeddedPostgres({ dir: dataDir.postgres, durable: true });
      closers.push(embedded.stop);
    }
    const config = loadConfig({ ...environment, ...(embedded === null ? {} : { ALTMAP_DATABASE_URL: embedded.url }) });
    const logger = createLogger(config, 'standalone');

    const db = createDatabase(config.ALTMAP_DATABASE_URL, {
      poolSize: 1,
      applicationName: 'altmap-migrate',
      onError: (error) => logger.error({ err: error }, 'database connection failed'),
    });
    try {
      await migrateToLatest(db, { log: (line) => logger.info(line) });
    } finally {
      await closeDatabase(db);
    }
    await prepareQueue(config.ALTMAP_QUEUE_URL ?? config.ALTMAP_DATABASE_URL);

    const metrics = createMetrics();
    const worker = await startWorker(config, { openCase, engineVersion: ENGINE_VERSION, logger, metrics });
    closers.push(() => worker.close());
    const api = await startApi(config, { logger, metrics });
    closers.push(() => api.close());
    dataDir.publish({ databaseUrl: config.ALTMAP_DATABASE_URL, apiUrl: api.url });
    return { apiUrl: api.url, databaseUrl: config.ALTMAP_DATABASE_URL, isNew, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}
