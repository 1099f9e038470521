import { type AltmapError, ERROR_CODES, problemOf } from '@altmap/protocol';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Logger } from '@altmap/platform';
import { toAltmapError } from './to-altmap-error.ts';

/** When to come back while a part of the system does not answer. */
const UNAVAILABLE_SECONDS = 5;

/** A caller's mistake is told to the caller; our own are logged, with the id that the caller gets. */
export function logProblem(logger: Logger, error: AltmapError, request: FastifyRequest): void {
  const about = { requestId: request.id, method: request.method, route: request.routeOptions.url, code: error.code };
  const { kind } = ERROR_CODES[error.code];
  if (kind === 'bug') logger.error({ ...about, err: error.cause ?? error }, 'a request failed');
  else if (kind === 'operational')
    logger.warn({ ...about, err: error.cause ?? error }, 'a request could not be served');
  else logger.debug({ ...about, detail: error.message }, 'a request was refused');
}

/** Answers with RFC 9457 problem details. */
export function sendProblem(reply: FastifyReply, error: unknown, logger: Logger): void {
  const { request } = reply;
  // Somebody who hung up gets no answer, and no blame.
  if (request.raw.destroyed && !request.raw.complete) {
    logger.debug({ requestId: request.id }, 'the client went away');
    reply.hijack();
    return;
  }
  const problem = toAltmapError(error);
  logProblem(logger, problem, request);
  const { retryAfter = problem.code === 'E_UNAVAILABLE' ? UNAVAILABLE_SECONDS : null, allow } = problem.extra;
  if (typeof retryAfter === 'number') reply.header('retry-after', String(retryAfter));
  if (Array.isArray(allow)) reply.header('allow', allow.join(', '));
  if (problem.code === 'E_UNAUTHENTICATED') reply.header('www-authenticate', 'Bearer');
  // A body that is refused before it was read whole is read to its end and thrown away (within the request timeout):
  // closing at once would reset the connection, and the sender might never see why.
  if (!request.raw.readableEnded) {
    reply.removeHeader('connection');
    request.raw.resume();
  }
  reply
    .code(problem.status)
    .header('content-type', 'application/problem+json; charset=utf-8')
    .send(JSON.stringify({ ...problemOf(problem), requestId: request.id }));
}
