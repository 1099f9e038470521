import type { Logger } from 'pino';

/** Something that a process holds and must let go of in good order. */
export interface Closer {
  readonly name: string;
  close(): Promise<unknown>;
}

const SIGNALS = ['SIGTERM', 'SIGINT'] as const;

/**
 * On SIGTERM or SIGINT: closes everything in the given order, then exits with 0; with 1 when something did not close, or not
 * within `timeoutMs`. A second signal exits at once, as a shell would report it (128 + the signal's number).
 */
export function gracefulShutdown(
  closers: readonly Closer[],
  { timeoutMs, logger }: { timeoutMs: number; logger: Logger },
): void {
  let closing = false;
  const shutDown = async (): Promise<boolean> => {
    let clean = true;
    for (const closer of closers) {
      try {
        await closer.close();
      } catch (error) {
        clean = false;
        logger.error({ err: error }, `${closer.name} did not close`);
      }
    }
    return clean;
  };
  for (const signal of SIGNALS) {
    process.on(signal, () => {
      if (closing) process.exit(signal === 'SIGINT' ? 130 : 143);
      closing = true;
      logger.info(`${signal}: closing`);
      setTimeout(() => {
        logger.error(`not closed within ${timeoutMs} ms`);
        process.exit(1);
      }, timeoutMs).unref();
      void shutDown().then((clean) => process.exit(clean ? 0 : 1));
    });
  }
}
