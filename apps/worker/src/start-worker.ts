import 'reflect-metadata';
import { type JobHandler, systemClock } from '@altmap/core';
import { closeDatabase, createDatabase, createRepositories, pendingMigrations } from '@altmap/db';
import { ReceiverNotifier } from '@altmap/notify';
import { type Config, ConfigError, createLogger, createMetrics, type Logger, type Metrics } from '@altmap/platform';
import type { OpenCase } from '@altmap/policy';
import { openQueue, startJobRunner } from '@altmap/queue';
import { NestFactory } from '@nestjs/core';
import { countFindings } from './count-findings.ts';
import { Heartbeat } from './heartbeat.ts';
import { recordJobEvents } from './record-job-events.ts';
import { startStatusServer } from './status-server.ts';
import { HANDLERS, WorkerModule } from './worker-module.ts';

export interface WorkerDependencies {
  readonly openCase: OpenCase;
  readonly engineVersion: string;
  readonly logger?: Logger;
  readonly metrics?: Metrics;
}

export interface RunningWorker {
  /** Where /metrics and /healthz are served; null where ALTMAP_WORKER_METRICS_PORT is not set. */
  readonly statusUrl: string | null;
  /** Takes no more jobs, waits for those that run, then lets go of the database and the queue. */
  close(): Promise<void>;
}

function createNotifier(config: Config): ReceiverNotifier {
  try {
    return new ReceiverNotifier({ allow: config.ALTMAP_WEBHOOK_ALLOW, clock: systemClock });
  } catch (error) {
    throw new ConfigError([`ALTMAP_WEBHOOK_ALLOW: ${(error as Error).message}`]);
  }
}

/**
 * Runs the jobs. The database must have been migrated and the queue prepared.
 * @throws ConfigError; Error when the schema is older than this version, or a backend does not answer.
 */
export async function startWorker(config: Config, dependencies: WorkerDependencies): Promise<RunningWorker> {
  const logger = dependencies.logger ?? createLogger(config, 'worker');
  const metrics = dependencies.metrics ?? createMetrics();
  const queueUrl = config.ALTMAP_QUEUE_URL ?? config.ALTMAP_DATABASE_URL;
  const onEvent = recordJobEvents(logger, metrics);
  const onError = (error: Error): void => onEvent({ type: 'error', error });
  const closers: (() => Promise<unknown>)[] = [];
  const close = async (): Promise<void> => {
    for (const closer of closers.splice(0).reverse()) await closer();
  };

  try {
    const notifier = createNotifier(config);
    const database = createDatabase(config.ALTMAP_DATABASE_URL, {
      poolSize: config.ALTMAP_DATABASE_POOL,
      applicationName: 'altmap-worker',
      onError: (error) => logger.warn({ err: error }, 'a connection to the database broke'),
    });
    closers.push(() => closeDatabase(database));
    const pending = await pendingMigrations(database);
    if (pending.length > 0) throw new Error(`the database lacks ${pending.join(', ')}: run "altmap migrate" first`);

    const repositories = createRepositories(database);
    const queue = await openQueue(queueUrl, { onError });
    closers.push(() => queue.close());
    const { openCase, engineVersion } = dependencies;
    const module = WorkerModule.of({
      config,
      repositories: { ...repositories, checks: countFindings(repositories.checks, metrics) },
      queue,
      notifier,
      clock: systemClock,
      logger,
      metrics,
      openCase,
      engineVersion,
    });
    const context = await NestFactory.createApplicationContext(module, { logger: false, abortOnError: false });
    closers.push(() => context.close());

    const heartbeat = new Heartbeat({
      heartbeats: repositories.heartbeats,
      clock: systemClock,
      onError: (error) => logger.warn({ err: error }, 'the heartbeat was not kept'),
    });
    await heartbeat.start();
    closers.push(() => heartbeat.stop().catch((error) => logger.warn({ err: error }, 'the heartbeat was not removed')));

    const runner = await startJobRunner(queueUrl, context.get<JobHandler[]>(HANDLERS), {
      concurrency: config.ALTMAP_WORKER_CONCURRENCY,
      lockMs: config.ALTMAP_JOB_LOCK_SECONDS * 1_000,
      onEvent,
    });
    closers.push(() => runner.close());

    const sweepMs = config.ALTMAP_SWEEP_SECONDS * 1_000;
    const schedule = (): Promise<void> => queue.schedule('sweep', sweepMs);
    await schedule();
    // As often as it is to run: a Redis that lost its data has forgotten it.
    const timer = setInterval(() => {
      schedule().catch(onError);
    }, sweepMs);
    closers.push(async () => clearInterval(timer));

    let statusUrl: string | null = null;
    if (config.ALTMAP_WORKER_METRICS_PORT !== undefined) {
      const status = await startStatusServer(config.ALTMAP_LISTEN_HOST, config.ALTMAP_WORKER_METRICS_PORT, metrics);
      closers.push(() => status.close());
      statusUrl = status.url;
    }
    logger.info({ engineVersion, statusUrl }, 'working');
    return { statusUrl, close };
  } catch (error) {
    await close();
    throw error;
  }
}
