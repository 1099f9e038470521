import { hostname } from 'node:os';
import type { JobHandler } from '@altmap/core';
import type { JobName, QueueName } from '@altmap/protocol';
import type { Job } from 'bullmq';
import { type BullProcessor, type BullWorker, COMMAND_MS, openBackend } from './backend.ts';
import { handlersByName } from './handlers-by-name.ts';
import type { JobEvent } from './job-event.ts';
import { DEFAULT_PREFIX } from './open-queue.ts';
import { cappedBackoff, QUEUE_NAMES } from './registry.ts';
import { nameOf, type RunContext, reasonOf, runJob } from './run-job.ts';
import { within } from './within.ts';

export interface JobRunnerOptions {
  /** Jobs of one queue that run at a time. */
  readonly concurrency: number;
  /** A job whose worker gave no sign of life for so long is given to another, within twice that time. Milliseconds. */
  readonly lockMs: number;
  /**
   * How often a job's worker may be lost. Being killed is nothing to blame the job for, so this is far more than chance
   * explains; but a job that takes down every worker that touches it must end somewhere. Default 25.
   */
  readonly mostStalls?: number;
  /** How long close() waits for running jobs. Milliseconds; default 20 s. */
  readonly closeMs?: number;
  /** When a handler that could not keep the reason of a dead job is asked again. Milliseconds; default 10 s. */
  readonly unkeptRetryMs?: number;
  readonly prefix?: string;
  readonly onEvent: (event: JobEvent) => void;
}

export interface JobRunner {
  /** Takes no more jobs, waits for the running ones, and leaves those that take too long to another worker. */
  close(): Promise<void>;
}

const MOST_STALLS = 25;
const CLOSE_MS = 20_000;
const UNKEPT_RETRY_MS = 10_000;
const RECONNECT_MS = 1_000;
/** BullMQ's own limit would fail a job without asking its handler: never reached. */
const NO_STALL_LIMIT = 1_000_000;

/**
 * Runs jobs until closed.
 * @throws Error listing every job that has no handler or several, or when the backend does not answer.
 */
export async function startJobRunner(
  url: string,
  handlers: readonly JobHandler[],
  options: JobRunnerOptions,
): Promise<JobRunner> {
  const { concurrency, lockMs, closeMs = CLOSE_MS, prefix = DEFAULT_PREFIX, onEvent } = options;
  const context: RunContext = {
    handlers: handlersByName(handlers),
    mostStalls: options.mostStalls ?? MOST_STALLS,
    unkeptRetryMs: options.unkeptRetryMs ?? UNKEPT_RETRY_MS,
    onEvent,
  };
  const running = new Map<Job, JobName>();
  let closing: Promise<void> | null = null;
  const onError = (error: Error): void => {
    if (closing === null) onEvent({ type: 'error', error });
  };

  const processorOf =
    (queue: QueueName): BullProcessor =>
    async (job, token = '') => {
      let name: JobName;
      try {
        name = nameOf(queue, job);
      } catch (error) {
        onEvent({ type: 'unfit', name: job.name, reason: reasonOf(error) });
        throw error;
      }
      running.set(job, name);
      try {
        await runJob(context, job, token, name);
      } finally {
        running.delete(job);
      }
    };

  const connections = 2 * QUEUE_NAMES.length + Math.min(concurrency, 8);
  const backend = openBackend(url, { use: 'run', connections, onError });
  const workers: BullWorker[] = QUEUE_NAMES.map((queue) => {
    const worker = backend.worker(queue, processorOf(queue), {
      prefix,
      autorun: false,
      name: hostname(),
      concurrency,
      lockDuration: lockMs,
      stalledInterval: Math.max(lockMs / 2, 100),
      maxStalledCount: NO_STALL_LIMIT,
      runRetryDelay: RECONNECT_MS,
      settings: {
        backoffStrategy: (attemptsMade, _type, _error, job) =>
          job === undefined ? 0 : cappedBackoff(job, attemptsMade, Math.random()),
      },
    });
    worker.on('error', onError);
    worker.on('stalled', (jobId) => onEvent({ type: 'stalled', queue, jobId }));
    return worker;
  });

  async function stop(): Promise<void> {
    const stopped = Promise.allSettled(workers.map((worker) => worker.close()));
    try {
      await within(closeMs, 'running jobs', stopped);
    } catch {
      onEvent({ type: 'abandoned', names: [...running.values()] });
      // Without its connection a worker cannot renew the locks of what still runs: they end, and others take the jobs.
      await Promise.allSettled(workers.map((worker) => within(COMMAND_MS, 'disconnecting', worker.disconnect())));
    }
    await within(COMMAND_MS, 'closing the queue', backend.close()).catch(() => undefined);
  }
  const close = (): Promise<void> => {
    closing ??= stop();
    return closing;
  };

  try {
    await within(COMMAND_MS, 'the queue', Promise.all(workers.map((worker) => worker.waitUntilReady())));
  } catch (error) {
    await close();
    throw new Error(`the queue cannot be used: ${reasonOf(error)}`, { cause: error });
  }
  for (const worker of workers) worker.run().catch(onError);
  return { close };
}
