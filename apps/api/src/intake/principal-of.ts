import type { Principal } from '@altmap/core';
import { AltmapError } from '@altmap/protocol';
import type { FastifyRequest } from 'fastify';
import '../http/route-access.ts';

/** Who makes a request that has passed the gate of a route that is not public. */
export function principalOf(request: FastifyRequest): Principal {
  if (request.principal === null) throw new AltmapError('E_UNAUTHENTICATED', 'expected a token');
  return request.principal;
}
