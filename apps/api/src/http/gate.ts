import { type Access, type Principal, requireScope } from '@altmap/core';
import { AltmapError } from '@altmap/protocol';
import type { FastifyRequest } from 'fastify';
import { RateLimit, type RateLimitParts } from './rate-limit.ts';
import './route-access.ts';

/**
 * Decides who comes in, before any body is read. A token is limited by itself, requests without a good token are limited by
 * their address: so one bad agent behind a shared address does not hold up the others there.
 */
export class Gate {
  readonly #access: Access;
  readonly #tokens: RateLimit;
  readonly #visitors: RateLimit;
  readonly #failures: RateLimit;

  constructor(access: Access, limits: Omit<RateLimitParts, 'name'>) {
    this.#access = access;
    this.#tokens = new RateLimit({ ...limits, name: 'token' });
    this.#visitors = new RateLimit({ ...limits, name: 'visitor' });
    this.#failures = new RateLimit({ ...limits, name: 'failure' });
  }

  /** @throws AltmapError E_UNAUTHENTICATED, E_FORBIDDEN, E_RATE_LIMITED */
  async admit(request: FastifyRequest): Promise<Principal | null> {
    const access = request.routeOptions.config.access ?? 'public';
    if (access === 'public') {
      await this.#visitors.consume(request.ip);
      return null;
    }
    const principal = await this.#authenticate(request);
    await this.#tokens.consume(principal.tokenId);
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
    await this.#failures.consume(request.ip);
    throw new AltmapError(
      'E_UNAUTHENTICATED',
      token === undefined
        ? 'expected the header "Authorization: Bearer <token>"'
        : 'the token is unknown or was revoked',
    );
  }
}
