import { z } from 'zod';

/**
 * Every job that exists: which queue it waits in and what its payload is. Payloads carry ids, never data: what is to be
 * done stands in Postgres, the queue only moves work.
 */
export const JOBS = {
  'check-report': { queue: 'checks', payload: z.strictObject({ reportId: z.uuid() }) },
  /** dueAt tells apart what two changes of one group asked for. */
  'flush-alerts': { queue: 'alerts', payload: z.strictObject({ groupId: z.uuid(), dueAt: z.iso.datetime() }) },
  'deliver-notification': { queue: 'notifications', payload: z.strictObject({ notificationId: z.uuid() }) },
  rejudge: { queue: 'rejudge', payload: z.strictObject({ runId: z.uuid() }) },
  sweep: { queue: 'maintenance', payload: z.strictObject({}) },
} as const;

export type JobName = keyof typeof JOBS;
export type QueueName = (typeof JOBS)[JobName]['queue'];
export type JobPayload<N extends JobName> = z.infer<(typeof JOBS)[N]['payload']>;
/** One typed union of all jobs. */
export type Job = { [N in JobName]: { name: N; payload: JobPayload<N> } }[JobName];
