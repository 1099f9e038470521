import { setTimeout as sleep } from 'node:timers/promises';
import { ReportClientError } from '@altmap/protocol';
import { readCaptures } from './capture.ts';
import { fleetOf } from './fleet.ts';
import { readOptions, USAGE, UsageError } from './options.ts';
import { openRowCounter } from './row-counts.ts';
import { runFleet } from './run-fleet.ts';
import { summaryOf } from './summary.ts';
import { openWire } from './wire.ts';

async function main(): Promise<number> {
  const options = readOptions(process.argv.slice(2), process.env);
  if (options === null) {
    process.stdout.write(USAGE);
    return 0;
  }
  let isStopped = false;
  process.once('SIGINT', () => {
    isStopped = true;
  });
  const fleet = fleetOf(await readCaptures(options.samples), options);
  const wire = openWire(options.url, options.concurrency, (ms) => sleep(ms));
  const counter = options.database === null ? null : openRowCounter(options.database);
  try {
    const result = await runFleet(fleet, wire, { ...options, counter, stopped: () => isStopped });
    process.stdout.write(options.json ? `${JSON.stringify(result)}\n` : summaryOf(result));
    return result.answers.failed > 0 || isStopped ? 1 : 0;
  } finally {
    wire.close();
    await counter?.close();
  }
}

try {
  process.exitCode = await main();
} catch (error) {
  if (error instanceof UsageError) process.stderr.write(`fleet-sim: ${error.message}\n\n${USAGE}`);
  else if (error instanceof ReportClientError) process.stderr.write(`fleet-sim: ${error.message}\n`);
  else throw error;
  process.exitCode = error instanceof UsageError ? 2 : 1;
}
