export type { JobEvent } from './job-event.ts';
export { type JobRunner, type JobRunnerOptions, startJobRunner } from './job-runner.ts';
export {
  JOB_STATES,
  type JobCounts,
  type JobState,
  type OpenQueue,
  openQueue,
  type QueueOptions,
} from './open-queue.ts';
export { prepareQueue } from './prepare-queue.ts';
export { JOB_POLICIES, type JobPolicies, type JobPolicy } from './registry.ts';
export { type OpenCounter, openRedisCounter } from './open-redis-counter.ts';
