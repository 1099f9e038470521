import type { Metrics } from '@altmap/platform';
import { Controller, Get, Inject, Res } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { Takes } from '../http/route-access.ts';
import { METRICS } from '../tokens.ts';

@Controller('metrics')
export class MetricsController {
  readonly #metrics: Metrics;

  constructor(@Inject(METRICS) metrics: Metrics) {
    this.#metrics = metrics;
  }

  @Get()
  @Takes('public')
  read(@Res({ passthrough: true }) reply: FastifyReply): Promise<string> {
    reply.header('content-type', this.#metrics.contentType);
    return this.#metrics.text();
  }
}
