import 'reflect-metadata';
import { Access } from '@altmap/core';
import { type Config, type Logger, type Metrics, watchAlerts } from '@altmap/platform';
import { NestFactory } from '@nestjs/core';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { ApiModule } from './api-module.ts';
import type { ApiPorts } from './api-ports.ts';
import { AllowedMethods } from './http/allowed-methods.ts';
import { createAdapter } from './http/create-adapter.ts';
import { Gate } from './http/gate.ts';
import { HTTP_LIMITS, type HttpLimits } from './http/http-limits.ts';
import { nestLogger } from './http/nest-logger.ts';
import { ProblemFilter } from './http/problem-filter.ts';

export interface AppParts {
  readonly config: Config;
  readonly ports: ApiPorts;
  readonly logger: Logger;
  readonly metrics: Metrics;
  readonly limits?: Partial<HttpLimits>;
}

/** The whole API over given ports, ready to listen. */
export async function createApp({ config, ports, logger, metrics, limits }: AppParts): Promise<NestFastifyApplication> {
  const access = new Access(ports.tokens, ports.clock);
  const gate = new Gate(access, {
    requestsPerMinute: config.ALTMAP_RATE_LIMIT,
    counter: ports.rateCounter,
    onError: (error) => logger.warn({ err: error }, 'requests are counted by this process alone'),
  });
  const allowed = new AllowedMethods();
  const adapter = createAdapter({ config, limits: { ...HTTP_LIMITS, ...limits }, gate, logger, metrics, allowed });
  const module = ApiModule.of({ config, ports, logger, metrics });
  const app = await NestFactory.create<NestFastifyApplication>(module, adapter, {
    logger: nestLogger(logger),
    abortOnError: false,
    bodyParser: false,
  });
  app.useGlobalFilters(new ProblemFilter(logger, allowed));
  metrics.onScrape(async () => {
    try {
      for (const [queue, states] of Object.entries(await ports.queue.counts())) {
        for (const [state, count] of Object.entries(states)) metrics.queueJobs.set({ queue, state }, count);
      }
    } catch (error) {
      metrics.queueJobs.reset();
      logger.warn({ err: error }, 'the queue could not be counted');
    }
  });
  watchAlerts(metrics, ports.alertGauges, (error) => logger.warn({ err: error }, 'alerts could not be counted'));
  await app.init();
  return app;
}
