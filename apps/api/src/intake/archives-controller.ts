import { Readable } from 'node:stream';
import { ARCHIVE_LIMITS, type ArchiveReport, readArchive } from '@altmap/archive';
import { SubmitCapture } from '@altmap/core';
import type { Metrics } from '@altmap/platform';
import { AltmapError, type ReportAnswer } from '@altmap/protocol';
import { Controller, HttpCode, Inject, Post, Req } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { Takes } from '../http/route-access.ts';
import { METRICS } from '../tokens.ts';
import { principalOf } from './principal-of.ts';

/** One archive may keep 64 MiB and more in memory while it is read. */
const MOST_AT_ONCE = 4;

@Controller('v1/archives')
export class ArchivesController {
  readonly #submitCapture: SubmitCapture;
  readonly #metrics: Metrics;
  #underWay = 0;

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
    if (this.#underWay >= MOST_AT_ONCE) {
      throw new AltmapError('E_RATE_LIMITED', `${MOST_AT_ONCE} archives are being read already: send it again later`);
    }
    const gone = new AbortController();
    const hungUp = (): void => gone.abort(new Error('the sender hung up'));
    request.raw.socket.once('close', hungUp);
    this.#underWay += 1;
    let capture: ArchiveReport;
    try {
      // A refused body must not take the connection along: the sender is to see why.
      capture = await readArchive(body.iterator({ destroyOnReturn: false }), { signal: gone.signal });
    } finally {
      this.#underWay -= 1;
      request.raw.socket.off('close', hungUp);
    }
    const answer = await this.#submitCapture.submit(principalOf(request), capture);
    this.#metrics.reports.inc({ answer: answer.state });
    return answer;
  }
}
