import type { Principal, Scope } from '@altmap/core';
import { RouteConfig } from '@nestjs/platform-fastify';

/**
 * Whose token a route takes: a host's, one for enrolment, or a person's with this scope; `public` takes none. Every route says
 * so: the server does not start with one that does not.
 */
export type RouteAccess = 'public' | 'agent' | 'enroll' | Scope;

declare module 'fastify' {
  interface FastifyContextConfig {
    access?: RouteAccess;
  }
  interface FastifyRequest {
    /** Who makes the request; null on public routes. */
    principal: Principal | null;
  }
}

/** On a controller's method: whose token it takes. */
export const Takes = (access: RouteAccess): MethodDecorator => RouteConfig({ access });
