import type { Metrics } from '@altmap/platform';
import { Controller, Get, Header, Inject } from '@nestjs/common';
import { Takes } from '../http/route-access.ts';
import { METRICS } from '../tokens.ts';

@Controller('metrics')
export class MetricsController {
  readonly #metrics: Metrics;

  constructor(@Inject(METRICS) metrics: Metrics) {
    this.#metrics = metrics;
  }

  @Get()
  @Header('content-type', 'text/plain; version=0.0.4; charset=utf-8')
  @Takes('public')
  read(): Promise<string> {
    return this.#metrics.text();
  }
}
