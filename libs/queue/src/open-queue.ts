import { randomUUID } from 'node:crypto';
import type { JobQueue } from '@altmap/core';
import type { Job, JobName, QueueName } from '@altmap/protocol';
import { type BullQueue, COMMAND_MS, openBackend } from './backend.ts';
import { JOB_POLICIES, type JobPolicies, QUEUE_NAMES, queueOf, scheduledOptions, storedJob } from './registry.ts';
import { within } from './within.ts';

export const JOB_STATES = ['waiting', 'active', 'delayed', 'completed', 'failed'] as const;
export type JobState = (typeof JOB_STATES)[number];
export type JobCounts = Readonly<Record<QueueName, Readonly<Record<JobState, number>>>>;

export interface QueueOptions {
  /** In front of every key, so that several installations can share a Redis. Postgres has a database for that. */
  readonly prefix?: string;
  readonly policies?: JobPolicies;
  /** Told of connections that break: they are made again, and what was asked meanwhile fails on its own. */
  readonly onError: (error: Error) => void;
}

export interface OpenQueue extends JobQueue {
  /**
   * Sees to it that this job is made every `everyMs` milliseconds, once for all workers. Cheap when it is so already:
   * call it now and then, as a Redis that lost its data has forgotten it.
   */
  schedule(name: 'sweep', everyMs: number): Promise<void>;
  counts(): Promise<JobCounts>;
  /** Writes and reads back. @throws Error when the backend is away or takes no writes, as a Redis that is full. */
  probe(): Promise<void>;
  close(): Promise<void>;
}

export const DEFAULT_PREFIX = 'altmap';

/** A scheduler whose next job is overdue by this much has lost it. Milliseconds. */
const OVERDUE_MS = 60_000;

/** Enough for those who watch a queue; nothing of ours reads the event stream. */
const EVENTS_KEPT = 1_000;

/** No worker takes from this queue: it only shows that the backend keeps what it is given. */
const PROBE_QUEUE = 'probe';

/** @throws Error when the backend does not answer within a few seconds. */
export async function openQueue(url: string, options: QueueOptions): Promise<OpenQueue> {
  const { prefix = DEFAULT_PREFIX, policies = JOB_POLICIES, onError } = options;
  const backend = openBackend(url, { use: 'add', connections: 5, onError });
  const all: BullQueue[] = [];
  const open = (name: string): BullQueue => {
    const queue = backend.queue(name, { prefix, streams: { events: { maxLen: EVENTS_KEPT } } });
    queue.on('error', onError);
    all.push(queue);
    return queue;
  };
  const queues = Object.fromEntries(QUEUE_NAMES.map((name) => [name, open(name)])) as Record<QueueName, BullQueue>;
  const probeQueue = open(PROBE_QUEUE);

  const close = async (): Promise<void> => {
    await Promise.allSettled(all.map((queue) => within(COMMAND_MS, 'closing the queue', queue.close())));
    await within(COMMAND_MS, 'closing the queue', backend.close());
  };
  try {
    await within(COMMAND_MS, 'the queue', Promise.all(all.map((queue) => queue.waitUntilReady())));
  } catch (error) {
    await close().catch(onError);
    throw new Error(`the queue cannot be used: ${(error as Error).message}`, { cause: error });
  }

  return {
    async add(job, delayMs = 0) {
      const { name, data, opts } = storedJob(job, policies);
      const delayed = delayMs > 0 ? { ...opts, delay: delayMs } : opts;
      await within(COMMAND_MS, `adding ${name}`, queues[queueOf(job)].add(name, data, delayed));
    },
    async addMany(jobs) {
      const byQueue = Map.groupBy(jobs, queueOf);
      for (const [queue, some] of byQueue) {
        const stored = some.map((job: Job) => storedJob(job, policies));
        await within(COMMAND_MS, `adding ${some.length} jobs`, queues[queue].addBulk(stored));
      }
    },
    async schedule(name: JobName, everyMs) {
      const queue = queues[queueOf({ name })];
      const known = await within(COMMAND_MS, 'the scheduler', queue.getJobScheduler(name));
      if (known?.every === everyMs && (known.next ?? 0) > Date.now() - everyMs - OVERDUE_MS) return;
      const template = { name, data: {}, opts: scheduledOptions(name, policies) };
      await within(COMMAND_MS, `scheduling ${name}`, queue.upsertJobScheduler(name, { every: everyMs }, template));
    },
    async counts() {
      const count = async (name: QueueName) => {
        const counted = await within(COMMAND_MS, 'counting jobs', queues[name].getJobCounts(...JOB_STATES));
        return [name, Object.fromEntries(JOB_STATES.map((state) => [state, counted[state] ?? 0]))] as const;
      };
      return Object.fromEntries(await Promise.all(QUEUE_NAMES.map(count))) as JobCounts;
    },
    async probe() {
      const jobId = randomUUID();
      const writeAndRead = async (): Promise<void> => {
        await probeQueue.add('probe', {}, { jobId });
        const read = await probeQueue.getJob(jobId);
        await probeQueue.remove(jobId);
        if (read?.id !== jobId) throw new Error('the queue did not keep what was written to it');
      };
      await within(COMMAND_MS, 'the queue', writeAndRead());
    },
    close,
  };
}
