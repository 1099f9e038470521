import { type Access, type Principal, requireScope } from '@altmap/core';
import { AltmapError } from '@altmap/protocol';
import type { FastifyRequest } from 'fastify';
import { RateLimiterMemory, RateLimiterRes } from 'rate-limiter-flexible';
import './route-access.ts';

const MINUTE_SECONDS = 60;

async function consume(limiter: RateLimiterMemory, key: string): Promise<void> {
  try {
    await limiter.consume(key);
  } catch (reason) {
    if (!(reason instanceof RateLimiterRes)) throw reason;
    throw rateLimited(reason);
  }
}

function rateLimited({ msBeforeNext }: RateLimiterRes): AltmapError {
  const retryAfter = Math.max(1, Math.ceil(msBeforeNext / 1_000));
  return new AltmapError('E_RATE_LIMITED', `expected a pause of ${retryAfter} seconds`, { retryAfter });
}

/**
 * Decides who comes in, before any body is read. A token is limited by itself, requests without a good token are limited by
 * their address: so one bad agent behind a shared address does not hold up the others there.
 */
export class Gate {
  readonly #access: Access;
  readonly #tokens: RateLimiterMemory;
  readonly #visitors: RateLimiterMemory;
  readonly #failures: RateLimiterMemory;

  constructor(access: Access, requestsPerMinute: number) {
    this.#access = access;
    const limits = { points: requestsPerMinute, duration: MINUTE_SECONDS };
    this.#tokens = new RateLimiterMemory(limits);
    this.#visitors = new RateLimiterMemory(limits);
    this.#failures = new RateLimiterMemory(limits);
  }

  /** @throws AltmapError E_UNAUTHENTICATED, E_FORBIDDEN, E_RATE_LIMITED */
  async admit(request: FastifyRequest): Promise<Principal | null> {
    const access = request.routeOptions.config.access ?? 'public';
    if (access === 'public') {
      await consume(this.#visitors, request.ip);
      return null;
    }
    const principal = await this.#authenticate(request);
    await consume(this.#tokens, principal.tokenId);
    if (access === 'read' || access === 'operate' || access === 'admin') requireScope(principal, access);
    else if (principal.kind !== access) {
      throw new AltmapError('E_FORBIDDEN', `expected a token of kind "${access}", got "${principal.kind}"`);
    }
    return principal;
  }

  async #authenticate(request: FastifyRequest): Promise<Principal> {
    const token = /^Bearer +(\S+)$/i.exec(request.headers.authorization ?? '')?.[1];
    const principal = token === undefined ? null : await this.#access.authenticate(token);
    if (principal !== null) return principal;
    await consume(this.#failures, request.ip);
    throw new AltmapError(
      'E_UNAUTHENTICATED',
      token === undefined
        ? 'expected the header "Authorization: Bearer <token>"'
        : 'the token is unknown or was revoked',
    );
  }
}
