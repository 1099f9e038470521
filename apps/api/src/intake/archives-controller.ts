import { Readable } from 'node:stream';
import { ARCHIVE_LIMITS, readArchive } from '@altmap/archive';
import { SubmitCapture } from '@altmap/core';
import type { Metrics } from '@altmap/platform';
import { AltmapError, type ReportAnswer } from '@altmap/protocol';
import { Controller, HttpCode, Inject, Post, Req } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { Takes } from '../http/route-access.ts';
import { METRICS } from '../tokens.ts';
import { principalOf } from './principal-of.ts';

@Controller('v1/archives')
export class ArchivesController {
  readonly #submitCapture: SubmitCapture;
  readonly #metrics: Metrics;

  constructor(@Inject(SubmitCapture) submitCapture: SubmitCapture, @Inject(METRICS) metrics: Metrics) {
    this.#submitCapture = submitCapture;
    this.#metrics = metrics;
  }

  /** The body is read as a stream; only the members that make a report are kept, within the limits of libs/archive. */
  @Post()
  @HttpCode(200)
  @Takes('agent')
  async submit(@Req() request: FastifyRequest): Promise<ReportAnswer> {
    const { body, headers } = request;
    if (!(body instanceof Readable)) {
      throw new AltmapError('E_CONTENT_TYPE', 'expected content-type: application/octet-stream');
    }
    if (headers['content-encoding'] !== undefined) {
      throw new AltmapError('E_CONTENT_TYPE', 'expected no content-encoding: an archive is packed in itself');
    }
    if (Number(headers['content-length']) > ARCHIVE_LIMITS.packedBytes) {
      throw new AltmapError('E_BODY_TOO_LARGE', `expected at most ${ARCHIVE_LIMITS.packedBytes} bytes`);
    }
    // A refused body must not take the connection along: the sender is to see why.
    const capture = await readArchive(body.iterator({ destroyOnReturn: false }));
    const answer = await this.#submitCapture.submit(principalOf(request), capture);
    this.#metrics.reports.inc({ answer: answer.state });
    return answer;
  }
}
