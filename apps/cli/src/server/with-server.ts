import { AltmapError } from '@altmap/protocol';
import type * as Standalone from '@altmap/standalone';
import type { Context } from '../context.ts';
import { InputError } from '../input-error.ts';

type Server = typeof Standalone;

/** Errors that are answers: the message says what to change. */
const USER_ERRORS = new Set(['ConfigError', 'DataDirError']);

/**
 * Does something with the server's code, which is a large import: it is loaded here, so that other commands start fast. A
 * database that does not answer gives its reason and exit status 1; a wrong configuration gives 2.
 */
export async function withServer(context: Context, work: (server: Server) => Promise<void>): Promise<void> {
  try {
    await work(await import('@altmap/standalone'));
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    const isUserError = error instanceof AltmapError ? error.status < 500 : USER_ERRORS.has(error.name);
    if (isUserError) throw new InputError(error.message, error);
    if (!('code' in error)) throw error;
    context.terminal.err.write(`altmap: ${error.message || String(error.code)}\n`);
    context.exit(1);
  }
}
