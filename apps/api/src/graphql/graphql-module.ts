import type { FleetReader, WaiverRepository } from '@altmap/core';
import type { Config, Logger } from '@altmap/platform';
import type { DynamicModule } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { GraphQLModule } from '@nestjs/graphql';
import { MercuriusDriver, type MercuriusDriverConfig } from '@nestjs/mercurius';
import type { MercuriusContext } from 'mercurius';
import { createGraphContext } from './graph-context.ts';
import { answerGraphqlFailure, formatExecution } from './graphql-errors.ts';
import { checkCost, checkDepth, hasSeveralOperations } from './query-guard.ts';

/** A document of ours has some hundred tokens; the parser stops here, whatever the document's size. */
const MAX_TOKENS = 5_000;

export interface GraphqlParts {
  readonly config: Pick<Config, 'ALTMAP_GRAPHQL_MAX_COST' | 'ALTMAP_GRAPHQL_MAX_DEPTH'>;
  readonly fleet: FleetReader;
  readonly waivers: WaiverRepository;
  readonly logger: Logger;
}

/** /graphql: code-first, compiled (JIT), with the token of a person only; fields that change things ask for more scopes. */
export function graphqlModule({ config, fleet, waivers, logger }: GraphqlParts): DynamicModule {
  const limits = { maxDepth: config.ALTMAP_GRAPHQL_MAX_DEPTH, maxCost: config.ALTMAP_GRAPHQL_MAX_COST };
  return GraphQLModule.forRoot<MercuriusDriverConfig>({
    driver: MercuriusDriver,
    autoSchemaFile: true,
    sortSchema: true,
    path: '/graphql',
    graphiql: false,
    allowBatchedQueries: false,
    jit: 1,
    graphql: { parseOptions: { maxTokens: MAX_TOKENS } },
    additionalRouteOptions: { config: { access: 'read' } },
    context: (request: FastifyRequest) => createGraphContext(fleet, waivers, request.principal),
    hooks: {
      preValidation: (_schema, document) => checkDepth(document, limits),
      preExecution: (schema, document, _context, variables) => {
        checkCost(schema, document, variables, limits);
        return hasSeveralOperations(document) ? { document } : undefined;
      },
    },
    errorFormatter: (execution, context) => {
      const { reply } = context as unknown as MercuriusContext;
      return formatExecution(execution, reply.request, logger);
    },
    errorHandler: (error, _request, reply) => answerGraphqlFailure(error, reply, logger),
  });
}
