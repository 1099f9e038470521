import { Controller, Get } from '@nestjs/common';
import { Takes } from '../http/route-access.ts';
import { openapiDocument } from './openapi-document.ts';

@Controller('v1/openapi.json')
export class OpenapiController {
  readonly #document = openapiDocument();

  @Get()
  @Takes('public')
  read(): Readonly<Record<string, unknown>> {
    return this.#document;
  }
}
