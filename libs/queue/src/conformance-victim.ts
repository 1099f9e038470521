// For the conformance suite: a worker that takes one job, says so, and never ends it. Arguments: URL and prefix.
import { JOBS, type JobName } from '@altmap/protocol';
import { startJobRunner } from './job-runner.ts';

const [url = '', prefix = ''] = process.argv.slice(2);
const never = (): Promise<void> =>
  new Promise(() => {
    process.stdout.write('running\n');
    setInterval(() => {}, 1_000);
  });
const dead = async (): Promise<void> => {};
await startJobRunner(
  url,
  (Object.keys(JOBS) as JobName[]).map((name) => ({ name, handle: never, dead })),
  { concurrency: 1, lockMs: 1_000, prefix, onEvent: () => {} },
);
