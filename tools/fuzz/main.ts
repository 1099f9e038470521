import { readBases } from './bases.ts';
import { type Options, readOptions, USAGE, UsageError } from './options.ts';
import { InputSaver } from './save-input.ts';
import { summaryOf } from './summary.ts';
import { watch } from './watch.ts';

/** @returns the exit status */
async function main(options: Options | null): Promise<number> {
  if (options === null) {
    process.stdout.write(USAGE);
    return 0;
  }
  const isTty = process.stderr.isTTY === true;
  const stop = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => stop.abort());
  const progress = (ran: number): void => {
    if (isTty) process.stderr.write(`\r${ran} of ${options.at === null ? options.inputs : 1} inputs`);
  };
  const result = await watch(options, progress, { signal: stop.signal });
  if (isTty) process.stderr.write('\r\u001b[K');
  const saver = new InputSaver(options.seed, readBases());
  process.stdout.write(summaryOf(result, options.seed, (index) => saver.save(index)));
  if (options.at !== null) for (const { error } of result.failures) process.stdout.write(`${error}\n`);
  return result.failures.length > 0 ? 1 : 0;
}

try {
  process.exitCode = await main(readOptions(process.argv.slice(2)));
} catch (error) {
  if (!(error instanceof UsageError)) throw error;
  process.stderr.write(`fuzz: ${error.message}\n\n${USAGE}`);
  process.exitCode = 2;
}
