import type { Job, JobName, JobPayload } from '@altmap/protocol';

/** Moves work. Adding the same job again while it waits or runs changes nothing. Implemented by libs/queue. */
export interface JobQueue {
  /** Throws when the job could not be stored: callers must await it. It runs after `delayMs`; at once when not given. */
  add(job: Job, delayMs?: number): Promise<void>;
  addMany(jobs: readonly Job[]): Promise<void>;
}

export interface JobContext {
  /** 1 for the first attempt. */
  readonly attempt: number;
  /** True when the queue will not try again. */
  readonly isLastAttempt: boolean;
}

/** What a worker does with one kind of job. Must be idempotent: a job can run again after any crash. */
export interface JobHandler<N extends JobName = JobName> {
  readonly name: N;
  handle(payload: JobPayload<N>, context: JobContext): Promise<void>;
  /** Called once when all attempts failed: keep the reason where people see it. */
  dead(payload: JobPayload<N>, reason: string): Promise<void>;
}
