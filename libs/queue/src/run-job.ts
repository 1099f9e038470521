import type { JobHandler } from '@altmap/core';
import { JOBS, type JobName, type QueueName } from '@altmap/protocol';
import { DelayedError, type Job, UnrecoverableError } from 'bullmq';
import type { JobEvent } from './job-event.ts';
import { isJobName, readPayload } from './registry.ts';

export interface RunContext {
  readonly handlers: Readonly<Record<JobName, JobHandler>>;
  readonly mostStalls: number;
  readonly unkeptRetryMs: number;
  readonly onEvent: (event: JobEvent) => void;
}

export function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** The name of a job that is one of ours, in its own queue, with the payload it must have. @throws UnrecoverableError */
export function nameOf(queue: QueueName, { name, data }: Job): JobName {
  if (!isJobName(name) || JOBS[name].queue !== queue) {
    throw new UnrecoverableError(`no job "${name}" belongs in queue ${queue}`);
  }
  try {
    readPayload(name, data);
  } catch (error) {
    throw new UnrecoverableError(reasonOf(error));
  }
  return name;
}

/**
 * Lets the handler keep the reason of a job that is dead, before the queue counts it as such: a crash in between runs the job
 * once more, and its handler finds nothing left to do. Returns when the reason is kept; else the job comes again.
 */
async function bury(context: RunContext, job: Job, token: string, name: JobName, reason: string): Promise<void> {
  const { handlers, unkeptRetryMs, onEvent } = context;
  try {
    await handlers[name].dead(job.data, reason);
  } catch (error) {
    onEvent({ type: 'dead-unkept', name, reason: reasonOf(error) });
    // If this fails too, the job is dead in the queue alone: its row is still to be done, and the sweeper adds it again.
    await job.moveToDelayed(Date.now() + unkeptRetryMs, token);
    throw new DelayedError();
  }
  onEvent({ type: 'dead', name, payload: job.data, reason });
}

/** Makes one attempt. What it throws tells BullMQ what comes next: another attempt, later, or none. */
export async function runJob(context: RunContext, job: Job, token: string, name: JobName): Promise<void> {
  const { handlers, mostStalls, onEvent } = context;
  if (job.stalledCounter > mostStalls) {
    const reason = `its worker was lost ${job.stalledCounter} times`;
    await bury(context, job, token, name, reason);
    throw new UnrecoverableError(reason);
  }
  const attempt = job.attemptsMade + 1;
  const isLastAttempt = attempt >= (job.opts.attempts ?? 1);
  const started = performance.now();
  try {
    await handlers[name].handle(job.data, { attempt, isLastAttempt });
  } catch (error) {
    if (isLastAttempt) await bury(context, job, token, name, reasonOf(error));
    else onEvent({ type: 'failed', name, attempt, reason: reasonOf(error) });
    throw error;
  }
  onEvent({ type: 'done', name, attempt, ms: performance.now() - started });
}
