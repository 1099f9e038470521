import { ConfigError, createLogger, gracefulShutdown, loadConfig } from '@altmap/platform';
import { openCase } from '@altmap/policy';
import { ENGINE_VERSION } from '@altmap/vmemmap';
import { startWorker } from './start-worker.ts';

/** Longer than running jobs are waited for, so that those are left in good order. */
const SHUTDOWN_MS = 30_000;

try {
  const config = loadConfig(process.env);
  const logger = createLogger(config, 'worker');
  const worker = await startWorker(config, { openCase, engineVersion: ENGINE_VERSION, logger });
  gracefulShutdown([{ name: 'worker', close: worker.close }], { timeoutMs: SHUTDOWN_MS, logger });
} catch (error) {
  const usable = !(error instanceof ConfigError);
  process.stderr.write(`${usable ? `altmap worker: ${(error as Error).stack ?? String(error)}` : error.message}\n`);
  process.exit(usable ? 1 : 2);
}
