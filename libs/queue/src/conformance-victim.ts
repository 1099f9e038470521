// For the conformance suite: a worker that takes one job, says so, and never ends it. Arguments: URL and prefix.
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
  [
    { name: 'check-report', handle: never, dead },
    { name: 'deliver-notification', handle: never, dead },
    { name: 'sweep', handle: never, dead },
  ],
  { concurrency: 1, lockMs: 1_000, prefix, onEvent: () => {} },
);
