import { Controller, Get, Inject, Res } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { Takes } from '../http/route-access.ts';
import type { HealthAnswer } from './health-answer.ts';
import { Readiness, type ReadinessAnswer } from './readiness.ts';

@Controller()
export class HealthController {
  readonly #readiness: Readiness;

  constructor(@Inject(Readiness) readiness: Readiness) {
    this.#readiness = readiness;
  }

  /** The process lives. */
  @Get('healthz')
  @Takes('public')
  health(): HealthAnswer {
    return { status: 'ok' };
  }

  /** 503 only where this process cannot take reports; a missing worker is told, but others could not help it either. */
  @Get('readyz')
  @Takes('public')
  async ready(@Res({ passthrough: true }) reply: FastifyReply): Promise<ReadinessAnswer> {
    const answer = await this.#readiness.check();
    reply.code(answer.status === 'unavailable' ? 503 : 200);
    return answer;
  }
}
