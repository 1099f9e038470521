// A worker whose jobs do nothing: what the queue by itself can do. Says how many jobs are done when it is asked.
import type { JobHandler } from '@altmap/core';
import { JOBS, type JobName } from '@altmap/protocol';
import { startJobRunner } from '@altmap/queue';

const { BENCH_QUEUE_URL = '', BENCH_CONCURRENCY = '' } = process.env;
let done = 0;

const nothing = (name: JobName): JobHandler => ({
  name,
  handle: async () => {
    done += 1;
  },
  dead: async () => {},
});

await startJobRunner(BENCH_QUEUE_URL, (Object.keys(JOBS) as JobName[]).map(nothing), {
  prefix: 'bench-noop',
  concurrency: Number(BENCH_CONCURRENCY),
  lockMs: 15_000,
  onEvent: () => {},
});
process.on('message', () => process.send?.(done));
process.stderr.write('working\n');
