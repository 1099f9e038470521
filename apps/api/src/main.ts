import { ConfigError, createLogger, gracefulShutdown, loadConfig } from '@altmap/platform';
import { startApi } from './start-api.ts';

const SHUTDOWN_MS = 15_000;

try {
  const config = loadConfig(process.env);
  const logger = createLogger(config, 'api');
  const api = await startApi(config, { logger });
  gracefulShutdown([{ name: 'API', close: api.close }], { timeoutMs: SHUTDOWN_MS, logger });
} catch (error) {
  const usable = !(error instanceof ConfigError);
  process.stderr.write(`${usable ? `altmap api: ${(error as Error).stack ?? String(error)}` : error.message}\n`);
  process.exit(usable ? 1 : 2);
}
