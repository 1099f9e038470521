import { JOBS, type Job, type JobName, type JobPayload, type QueueName } from '@altmap/protocol';
import type { JobsOptions } from 'bullmq';
import { z } from 'zod';

/** How the queue treats one kind of job. */
export interface JobPolicy<N extends JobName> {
  /** Runs before the job is dead, the first one included. */
  readonly attempts: number;
  /** Wait before the second attempt, in milliseconds; it doubles with each further one, less a random part of up to half. */
  readonly backoffMs: number;
  /** What the wait never exceeds, in milliseconds. */
  readonly mostBackoffMs?: number;
  /** What two jobs have in common when they are the same work: the second is not stored while the first waits or runs. */
  readonly identity: (payload: JobPayload<N>) => string;
  /** How long done and dead jobs are kept for people to look at: both bounds hold. Age in seconds. */
  readonly keepDone: Retention;
  readonly keepDead: Retention;
}

interface Retention {
  readonly age: number;
  readonly count: number;
}

const HOUR = 3_600;
const keepDone: Retention = { age: HOUR, count: 1_000 };
const keepDead: Retention = { age: 14 * 24 * HOUR, count: 5_000 };

export type JobPolicies = { readonly [N in JobName]: JobPolicy<N> };

export const JOB_POLICIES: JobPolicies = {
  // A report is judged without touching anything outside: what fails five times will fail again.
  'check-report': { attempts: 5, backoffMs: 1_000, identity: ({ reportId }) => reportId, keepDone, keepDead },
  // Whatever it has to say stands in Postgres, and the sweeper asks again.
  'flush-alerts': {
    attempts: 5,
    backoffMs: 1_000,
    identity: ({ groupId, dueAt }) => `${groupId} ${dueAt}`,
    keepDone,
    keepDead,
  },
  // A receiver may be down for a day: 5 s, 10 s, ... 21 min, then up to half an hour between attempts.
  'deliver-notification': {
    attempts: 73,
    backoffMs: 5_000,
    mostBackoffMs: 30 * 60_000,
    identity: ({ notificationId }) => notificationId,
    keepDone,
    keepDead,
  },
  // A pass over all hosts goes on where it was.
  rejudge: { attempts: 5, backoffMs: 5_000, identity: ({ runId }) => runId, keepDone, keepDead },
  // Comes again on its own.
  sweep: { attempts: 1, backoffMs: 1_000, identity: () => 'sweep', keepDone: { age: HOUR, count: 100 }, keepDead },
};

/** The backoff of a policy with mostBackoffMs; BullMQ has none that ends somewhere. */
const CAPPED = 'capped';
const JITTER = 0.5;

/** How long a job with a capped backoff waits after so many attempts, in milliseconds. `random`: from 0 to below 1. */
export function cappedBackoff(
  { name, opts }: { name: string; opts: JobsOptions },
  attemptsMade: number,
  random: number,
): number {
  const mostBackoffMs = isJobName(name) ? JOB_POLICIES[name].mostBackoffMs : undefined;
  const backoffMs = typeof opts.backoff === 'object' ? (opts.backoff.delay ?? 0) : 0;
  const most = Math.min(backoffMs * 2 ** (attemptsMade - 1), mostBackoffMs ?? Number.POSITIVE_INFINITY);
  return Math.round(most * (1 - JITTER * random));
}

/** All queues, each once. */
export const QUEUE_NAMES: readonly QueueName[] = [...new Set(Object.values(JOBS).map(({ queue }) => queue))];

export function isJobName(name: string): name is JobName {
  return Object.hasOwn(JOBS, name);
}

/** What a scheduler stores with each job that it makes: no identity, as the scheduler makes one at a time. */
export function scheduledOptions<N extends JobName>(name: N, policies: JobPolicies): JobsOptions {
  const { attempts, backoffMs, mostBackoffMs, keepDone, keepDead } = policies[name];
  const type = mostBackoffMs === undefined ? 'exponential' : CAPPED;
  return {
    attempts,
    backoff: { type, delay: backoffMs, jitter: JITTER },
    removeOnComplete: { ...keepDone },
    removeOnFail: { ...keepDead },
  };
}

/** The stored form of a job. @throws Error naming the field when the payload is not what the protocol says. */
export function storedJob<N extends JobName>(
  job: { name: N; payload: unknown },
  policies: JobPolicies,
): { name: N; data: JobPayload<N>; opts: JobsOptions } {
  const data = readPayload(job.name, job.payload);
  const identity = policies[job.name].identity(data);
  return { name: job.name, data, opts: { ...scheduledOptions(job.name, policies), deduplication: { id: identity } } };
}

/** @throws Error naming the field when the payload is not what the protocol says. */
export function readPayload<N extends JobName>(name: N, payload: unknown): JobPayload<N> {
  const parsed = JOBS[name].payload.safeParse(payload);
  if (!parsed.success) throw new Error(`payload of ${name}: ${z.prettifyError(parsed.error)}`);
  return parsed.data as JobPayload<N>;
}

export function queueOf(job: Pick<Job, 'name'>): QueueName {
  return JOBS[job.name].queue;
}
