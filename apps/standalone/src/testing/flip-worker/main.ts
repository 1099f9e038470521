// A worker that finds ten things wrong where the config says "broken", and nothing elsewhere.
import { createLogger, gracefulShutdown, loadConfig } from '@altmap/platform';
import { startWorker } from '@altmap/worker';

const FINDINGS = 10;

const config = loadConfig(process.env);
const logger = createLogger(config, 'worker');
const worker = await startWorker(config, {
  logger,
  engineVersion: 'flip-1',
  openCase: (evidence) => {
    const text = Buffer.from(evidence.get('config') ?? []).toString();
    return {
      input: text,
      diagnostics: [],
      assess: () => ({ engineVersion: 'flip-1', ranges: [], verdicts: [] }),
      findings: () =>
        Array.from({ length: text.includes('broken') ? FINDINGS : 0 }, (_, n) => ({
          key: `finding ${n}`,
          code: 'F_TEST',
          severity: 'critical',
          subject: `namespace${n}.0`,
          summary: 'is broken',
          facts: {},
        })),
    };
  },
});
gracefulShutdown([{ name: 'worker', close: worker.close }], { timeoutMs: 30_000, logger });
