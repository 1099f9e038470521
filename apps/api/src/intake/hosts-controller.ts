import { EnrolHost } from '@altmap/core';
import { Enrolment, type EnrolmentAnswer } from '@altmap/protocol';
import { Controller, Inject, Post, Req } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { Takes } from '../http/route-access.ts';
import { parseBody } from './parse-body.ts';
import { principalOf } from './principal-of.ts';

@Controller('v1/hosts')
export class HostsController {
  readonly #enrolHost: EnrolHost;

  constructor(@Inject(EnrolHost) enrolHost: EnrolHost) {
    this.#enrolHost = enrolHost;
  }

  @Post()
  @Takes('enroll')
  enrol(@Req() request: FastifyRequest): Promise<EnrolmentAnswer> {
    return this.#enrolHost.enrol(principalOf(request), parseBody(Enrolment, request.body));
  }
}
