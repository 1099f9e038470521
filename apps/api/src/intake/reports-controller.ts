import { SubmitReport } from '@altmap/core';
import type { Metrics } from '@altmap/platform';
import { Manifest, type ReportAnswer } from '@altmap/protocol';
import { Controller, HttpCode, Inject, Post, Req } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { Takes } from '../http/route-access.ts';
import { METRICS } from '../tokens.ts';
import { parseBody } from './parse-body.ts';
import { principalOf } from './principal-of.ts';

@Controller('v1/reports')
export class ReportsController {
  readonly #submitReport: SubmitReport;
  readonly #metrics: Metrics;

  constructor(@Inject(SubmitReport) submitReport: SubmitReport, @Inject(METRICS) metrics: Metrics) {
    this.#submitReport = submitReport;
    this.#metrics = metrics;
  }

  @Post()
  @HttpCode(200)
  @Takes('agent')
  async submit(@Req() request: FastifyRequest): Promise<ReportAnswer> {
    const answer = await this.#submitReport.submit(principalOf(request), parseBody(Manifest, request.body));
    this.#metrics.reports.inc({ answer: answer.state });
    return answer;
  }
}
