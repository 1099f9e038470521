import type { JobName, QueueName } from '@altmap/protocol';

/** What a worker tells of its jobs, for logs and metrics. */
export type JobEvent =
  | { readonly type: 'done'; readonly name: JobName; readonly attempt: number; readonly ms: number }
  /** This attempt failed; another will be made. */
  | { readonly type: 'failed'; readonly name: JobName; readonly attempt: number; readonly reason: string }
  /** No further attempt will be made: its handler has kept the reason. */
  | { readonly type: 'dead'; readonly name: JobName; readonly payload: unknown; readonly reason: string }
  /** Not one of our jobs, or not with the payload that it must have: dead at once. `name` is as found in the queue. */
  | { readonly type: 'unfit'; readonly name: string; readonly reason: string }
  /** A handler could not keep the reason of a dead job: it will be asked again. */
  | { readonly type: 'dead-unkept'; readonly name: JobName; readonly reason: string }
  /** A job's worker gave no sign of life: it waits again. */
  | { readonly type: 'stalled'; readonly queue: QueueName; readonly jobId: string }
  /** Still running when the time to stop was over: another worker will take them. */
  | { readonly type: 'abandoned'; readonly names: readonly JobName[] }
  | { readonly type: 'error'; readonly error: Error };
