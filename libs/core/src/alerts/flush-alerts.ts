import type { Job, JobPayload } from '@altmap/protocol';
import type { Clock } from '../clock.ts';
import type { JobHandler, JobQueue } from '../queue/job-queue.ts';
import type { AlertRepository } from './alert-repository.ts';
import { composeNotice } from './compose-notice.ts';
import { planFlush } from './plan-flush.ts';

/** Times are rounded up to this, so that many changes of one group ask for few jobs. Milliseconds. */
const STEP_MS = 100;

/** The job that looks at a group, and how long it waits. */
export function flushJob(groupId: string, at: Date, now: Date): { job: Job; delayMs: number } {
  const dueAt = new Date(Math.ceil(at.getTime() / STEP_MS) * STEP_MS);
  const job: Job = { name: 'flush-alerts', payload: { groupId, dueAt: dueAt.toISOString() } };
  return { job, delayMs: Math.max(0, dueAt.getTime() - now.getTime()) };
}

export interface FlushAlertsPorts {
  readonly alerts: AlertRepository;
  readonly queue: JobQueue;
  readonly clock: Clock;
  /** A host that was not heard of for so long is gone, and its findings are told to nobody. */
  readonly hostGoneMs: number;
}

/** Looks whether a group has something to say now, and writes the message for it. */
export class FlushAlerts implements JobHandler<'flush-alerts'> {
  readonly name = 'flush-alerts';
  readonly #ports: FlushAlertsPorts;

  constructor(ports: FlushAlertsPorts) {
    this.#ports = ports;
  }

  async handle({ groupId }: JobPayload<'flush-alerts'>): Promise<void> {
    const { alerts, queue, clock, hostGoneMs } = this.#ports;
    const now = clock.now();
    const flushed = await alerts.flush(groupId, now, (group) => planFlush(group, now, hostGoneMs), composeNotice);
    if (flushed === null) return;
    const { notificationId, next } = flushed;
    if (notificationId !== null) await queue.add({ name: 'deliver-notification', payload: { notificationId } });
    if (next !== null) {
      const { job, delayMs } = flushJob(next.groupId, next.at, clock.now());
      await queue.add(job, delayMs);
    }
  }

  async dead(): Promise<void> {
    // The group still has what it has to say: the sweeper asks again.
  }
}
