import type { Logger } from '@altmap/platform';
import { type ArgumentsHost, Catch, type ExceptionFilter, NotFoundException } from '@nestjs/common';
import { AltmapError } from '@altmap/protocol';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { AllowedMethods } from './allowed-methods.ts';
import { sendProblem } from './send-problem.ts';

/** Where a request ends that a controller failed, or that nobody's route took. */
@Catch()
export class ProblemFilter implements ExceptionFilter {
  readonly #logger: Logger;
  readonly #allowed: AllowedMethods;

  constructor(logger: Logger, allowed: AllowedMethods) {
    this.#logger = logger;
    this.#allowed = allowed;
  }

  catch(error: unknown, host: ArgumentsHost): void {
    // GraphQL has its own form of errors: see graphql/graphql-errors.ts.
    if (host.getType<string>() !== 'http') throw error;
    const reply = host.switchToHttp().getResponse<FastifyReply>();
    const { request } = reply;
    sendProblem(
      reply,
      request.is404 && error instanceof NotFoundException ? this.#nothingHere(request) : error,
      this.#logger,
    );
  }

  #nothingHere({ method, url }: FastifyRequest): AltmapError {
    const path = url.replace(/\?.*$/s, '');
    const allow = this.#allowed.of(path);
    return allow.length === 0
      ? new AltmapError('E_NOT_FOUND', `there is nothing at ${path}`)
      : new AltmapError('E_METHOD_NOT_ALLOWED', `expected ${allow.join(' or ')}, got ${method}`, { allow });
  }
}
