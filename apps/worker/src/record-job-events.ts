import type { Logger, Metrics } from '@altmap/platform';
import type { JobEvent } from '@altmap/queue';

/** While a backend is away every worker says so all the time: the same words are written once in so many milliseconds. */
const REPEAT_MS = 10_000;
const REMEMBERED = 100;

/** Writes what happens to jobs into the log and the metrics. */
export function recordJobEvents(logger: Logger, metrics: Metrics): (event: JobEvent) => void {
  const said = new Map<string, number>();
  const isRepeated = (message: string): boolean => {
    const now = performance.now();
    if (now - (said.get(message) ?? Number.NEGATIVE_INFINITY) < REPEAT_MS) return true;
    if (said.size >= REMEMBERED) said.clear();
    said.set(message, now);
    return false;
  };
  const count = (name: string, result: 'done' | 'failed' | 'dead'): void => metrics.jobs.inc({ name, result });

  return (event) => {
    switch (event.type) {
      case 'done': {
        const { name: job, attempt, ms } = event;
        count(job, 'done');
        metrics.jobSeconds.observe({ name: job }, ms / 1_000);
        return logger.debug({ job, attempt, ms }, 'job done');
      }
      case 'failed': {
        const { name: job, attempt, reason } = event;
        count(job, 'failed');
        return logger.warn({ job, attempt, reason }, 'job failed, and will be tried again');
      }
      case 'dead': {
        const { name: job, payload, reason } = event;
        count(job, 'dead');
        return logger.error({ job, payload, reason }, 'job dead');
      }
      case 'unfit':
        metrics.jobs.inc({ name: 'unknown', result: 'dead' });
        return logger.error({ job: event.name, reason: event.reason }, 'job is none of ours, or its payload is wrong');
      case 'dead-unkept':
        return logger.error(
          { job: event.name, reason: event.reason },
          'the reason of a dead job could not be kept: it will come again',
        );
      case 'stalled':
        return logger.warn(
          { queue: event.queue, jobId: event.jobId },
          'the worker of a job was lost: another takes it',
        );
      case 'abandoned':
        return logger.warn({ jobs: event.names }, 'not waiting any longer for running jobs: other workers take them');
      case 'error':
        if (!isRepeated(event.error.message)) logger.warn({ err: event.error }, 'the queue had an error');
    }
  };
}
