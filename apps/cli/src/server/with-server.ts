import { AltmapError } from '@altmap/protocol';
import type * as Standalone from '@altmap/standalone';
import type { Context } from '../context.ts';
import { InputError } from '../input-error.ts';
import { printable } from '../output/table.ts';

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
    const chain = causesOf(error);
    const [first] = chain;
    if (first === undefined) throw error;
    const isUserError = first instanceof AltmapError ? first.status < 500 : USER_ERRORS.has(first.name);
    if (isUserError) throw new InputError(first.message, error);
    const isOperational = chain.some((cause) => 'code' in cause);
    if (!isOperational) throw error;
    const reasons = chain
      .map((cause) => cause.message)
      .filter((text, i, all) => !all.slice(0, i).some((said) => said.includes(text)));
    context.terminal.err.write(`altmap: ${printable(reasons.join(': '))}\n`);
    context.exit(1);
  }
}

/** The error and what caused it, the outermost first. */
function causesOf(error: unknown): Error[] {
  const chain: Error[] = [];
  for (let cause = error; cause instanceof Error && !chain.includes(cause); cause = cause.cause) chain.push(cause);
  return chain;
}
