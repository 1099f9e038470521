import { randomBytes } from 'node:crypto';
import type { Config, Logger, Metrics } from '@altmap/platform';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import {
  type FastifyBaseLogger,
  type FastifyInstance,
  type FastifyReply,
  type FastifyRequest,
  LogController,
} from 'fastify';
import type { AllowedMethods } from './allowed-methods.ts';
import type { Gate } from './gate.ts';
import type { HttpLimits } from './http-limits.ts';
import { refuseConnection } from './refuse-connection.ts';
import './route-access.ts';
import { sendProblem } from './send-problem.ts';

/** For JSON that no browser is meant to show, embed, guess at or keep. */
const SECURITY_HEADERS = {
  'x-content-type-options': 'nosniff',
  'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
  'referrer-policy': 'no-referrer',
  'cache-control': 'no-store',
} as const;

export interface AdapterParts {
  readonly config: Pick<Config, 'ALTMAP_TRUSTED_PROXIES'>;
  readonly limits: HttpLimits;
  readonly gate: Gate;
  readonly logger: Logger;
  readonly metrics: Metrics;
  readonly allowed: AllowedMethods;
}

/**
 * Nest sets its error handler last, when the GraphQL plugin has started the server and every route has taken the handler
 * that was there: ours is there from the beginning, and stays.
 */
class ApiAdapter extends FastifyAdapter {
  override setErrorHandler(): ReturnType<FastifyAdapter['setErrorHandler']> {
    return this.getInstance();
  }
}

/** The HTTP server: limits, the gate, security headers and counting. Everything that holds for every request is here. */
export function createAdapter(parts: AdapterParts): FastifyAdapter {
  const { config, limits, logger } = parts;
  const boot = randomBytes(4).toString('hex');
  let requests = 0;
  const adapter = new ApiAdapter({
    loggerInstance: logger,
    logController: new LogController({ disableRequestLogging: true }),
    // A child logger for each request would cost more than an unchanged report does; our lines name the request's id.
    childLoggerFactory: (parent: FastifyBaseLogger) => parent,
    genReqId: () => `${boot}-${(++requests).toString(36)}`,
    trustProxy: config.ALTMAP_TRUSTED_PROXIES.length === 0 ? false : config.ALTMAP_TRUSTED_PROXIES,
    bodyLimit: limits.jsonBytes,
    requestTimeout: limits.requestMs,
    keepAliveTimeout: limits.idleMs,
    forceCloseConnections: 'idle',
    http: {
      maxHeaderSize: limits.headBytes,
      headersTimeout: limits.headMs,
      connectionsCheckingInterval: limits.inspectMs,
    },
    clientErrorHandler: refuseConnection,
    frameworkErrors: (error: Error, _request: FastifyRequest, reply: FastifyReply) => sendProblem(reply, error, logger),
    skipMiddie: true,
    multipart: false,
  });
  prepare(adapter.getInstance<FastifyInstance>(), parts);
  return adapter;
}

function prepare(server: FastifyInstance, { gate, metrics, allowed, logger }: AdapterParts): void {
  server.setErrorHandler((error, _request, reply) => sendProblem(reply, error, logger));
  server.removeContentTypeParser('text/plain');
  server.addContentTypeParser('application/octet-stream', (_request, payload, done) => done(null, payload));
  server.decorateRequest('principal', null);
  server.addHook('onRoute', ({ url, method, config }) => {
    if (config?.access === undefined) throw new Error(`route ${url} does not say whose token it takes`);
    allowed.add(url, [method].flat());
  });
  server.addHook('onRequest', async (request, reply) => {
    reply.headers(SECURITY_HEADERS);
    request.principal = await gate.admit(request);
  });
  let closing = false;
  server.addHook('preClose', (done) => {
    closing = true;
    done();
  });
  server.addHook('onResponse', (request, reply, done) => {
    // What was idle when closing began is closed already; a connection that becomes idle now would be waited for.
    if (closing) setImmediate(() => server.server.closeIdleConnections());
    const { method } = request;
    const route = request.routeOptions.url ?? 'none';
    metrics.httpRequests.inc({ method, route, status: reply.statusCode });
    metrics.httpSeconds.observe({ method, route }, reply.elapsedTime / 1_000);
    done();
  });
}
