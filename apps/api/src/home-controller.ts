import { Controller, Get } from '@nestjs/common';
import { Takes } from './http/route-access.ts';

@Controller()
export class HomeController {
  @Get()
  @Takes('public')
  home(): Readonly<Record<string, string>> {
    return {
      name: 'Altmap',
      graphql: '/graphql',
      openapi: '/v1/openapi.json',
      metrics: '/metrics',
      health: '/healthz',
      readiness: '/readyz',
    };
  }
}
