// A worker whose engine takes its time over each report, so that a test can kill it in the middle of one.
import { gracefulShutdown, createLogger, loadConfig } from '@altmap/platform';
import { startWorker } from '@altmap/worker';

const ENGINE_MS = 20;

const config = loadConfig(process.env);
const logger = createLogger(config, 'worker');
const worker = await startWorker(config, {
  logger,
  engineVersion: 'slow-1',
  openCase: (evidence) => ({
    input: Buffer.from(evidence.get('config') ?? []).toString(),
    diagnostics: [],
    assess() {
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ENGINE_MS);
      return { engineVersion: 'slow-1', ranges: [], verdicts: [] };
    },
    findings: () => [],
  }),
});
gracefulShutdown([{ name: 'worker', close: worker.close }], { timeoutMs: 30_000, logger });
