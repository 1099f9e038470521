import type { Logger } from '@altmap/platform';
import { AltmapError, ERROR_CODES } from '@altmap/protocol';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { type FormattedExecutionResult, GraphQLError, type GraphQLFormattedError } from 'graphql';
import { logProblem, sendProblem } from '../http/send-problem.ts';
import { toAltmapError } from '../http/to-altmap-error.ts';
import { withoutValue } from './without-value.ts';

/** What mercurius throws when a document cannot be parsed or is not valid: all reasons at once. */
function reasonsOf(error: unknown): readonly unknown[] {
  const { errors } = error as { errors?: unknown };
  return Array.isArray(errors) && errors.length > 0 ? errors : [error];
}

/** A GraphQL error without a cause is about the document or its variables; with one, it is what a resolver threw. */
function meaningOf(error: unknown): AltmapError {
  if (!(error instanceof Error)) return toAltmapError(error);
  const cause = 'originalError' in error ? error.originalError : undefined;
  if (cause !== undefined && cause !== null && !(cause instanceof GraphQLError)) return toAltmapError(cause);
  return error.name === 'GraphQLError'
    ? new AltmapError('E_VALIDATION', withoutValue(error.message))
    : toAltmapError(error);
}

function formatted(error: unknown, request: FastifyRequest, logger: Logger): GraphQLFormattedError {
  const meaning = meaningOf(error);
  logProblem(logger, meaning, request);
  const { locations, path } = error as { locations?: GraphQLFormattedError['locations']; path?: (string | number)[] };
  return {
    message: meaning.message,
    ...(locations === undefined ? {} : { locations }),
    ...(path === undefined ? {} : { path }),
    extensions: { code: meaning.code, ...meaning.extra, requestId: request.id },
  };
}

interface FailedExecution {
  readonly data?: FormattedExecutionResult['data'];
  readonly errors: readonly unknown[];
}

/** Errors of an execution, each with its code. Where nothing could be answered, the HTTP status says so as well. */
export function formatExecution(
  execution: FailedExecution,
  request: FastifyRequest,
  logger: Logger,
): { statusCode: number; response: FormattedExecutionResult } {
  const errors = execution.errors.flatMap(reasonsOf).map((error) => formatted(error, request, logger));
  const data = execution.data ?? null;
  const code = errors[0]?.extensions?.code as keyof typeof ERROR_CODES | undefined;
  const statusCode = data !== null || code === undefined ? 200 : ERROR_CODES[code].status;
  return { statusCode, response: { data, errors } };
}

/** What was refused before its document was looked at gets problem details like any request; the rest is GraphQL's. */
export function answerGraphqlFailure(error: unknown, reply: FastifyReply, logger: Logger): void {
  const isAboutDocument =
    (error instanceof AltmapError && ['E_QUERY_TOO_DEEP', 'E_QUERY_TOO_COSTLY', 'E_VALIDATION'].includes(error.code)) ||
    (error instanceof Error && 'code' in error && String(error.code).startsWith('MER_')) ||
    error instanceof GraphQLError;
  if (!isAboutDocument) return sendProblem(reply, error, logger);
  const { statusCode, response } = formatExecution({ errors: [error] }, reply.request, logger);
  reply.code(statusCode).header('content-type', 'application/json; charset=utf-8').send(JSON.stringify(response));
}
