import { AltmapError } from '@altmap/protocol';
import { type DocumentNode, type GraphQLSchema, Kind, Location } from 'graphql';
import { fieldExtensionsEstimator, getComplexity, simpleEstimator } from 'graphql-query-complexity';
import { isTooDeep } from './query-depth.ts';

const ESTIMATORS = [fieldExtensionsEstimator(), simpleEstimator({ defaultComplexity: 1 })];

export interface QueryLimits {
  readonly maxDepth: number;
  readonly maxCost: number;
}

/**
 * Before a document that was not seen before is validated. Mercurius also takes a syntax tree as JSON for a document, which
 * no parser of ours has bounded: only what was parsed from text has a real location.
 */
export function checkDepth(document: DocumentNode | null, { maxDepth }: QueryLimits): void {
  if (!(document?.loc instanceof Location)) throw new AltmapError('E_VALIDATION', 'expected a GraphQL document');
  if (isTooDeep(document, maxDepth)) {
    throw new AltmapError('E_QUERY_TOO_DEEP', `expected fields nested at most ${maxDepth} deep`);
  }
}

/** Before every execution: what a document costs depends on its variables. */
export function checkCost(
  schema: GraphQLSchema,
  document: DocumentNode,
  variables: Readonly<Record<string, unknown>> | null,
  { maxCost }: QueryLimits,
): void {
  const cost = getComplexity({ schema, query: document, variables: variables ?? {}, estimators: ESTIMATORS });
  if (cost > maxCost) {
    throw new AltmapError('E_QUERY_TOO_COSTLY', `expected a cost of at most ${maxCost}, got ${cost}`);
  }
}

/**
 * Mercurius compiles a document for the operation that was named the first time, and would run that one for every other
 * name as well: such documents are executed without being compiled.
 */
export function hasSeveralOperations(document: DocumentNode): boolean {
  return document.definitions.filter(({ kind }) => kind === Kind.OPERATION_DEFINITION).length > 1;
}
