import type { Principal, TokenKind } from '@altmap/core';
import { RouteConfig } from '@nestjs/platform-fastify';

/** Whose token a route takes; `public` takes none. Every route says so: the server does not start with one that does not. */
export type RouteAccess = 'public' | TokenKind;

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
