import type { Page, PageRequest } from '@altmap/core';
import { AltmapError } from '@altmap/protocol';
import type { Type } from '@nestjs/common';
import { ArgsType, type ComplexityEstimatorArgs, Field, Int, ObjectType } from '@nestjs/graphql';

const DEFAULT_FIRST = 50;
const MAX_FIRST = 200;

@ArgsType()
export class PageArgs {
  @Field(() => Int, { defaultValue: DEFAULT_FIRST, description: `How many items, from 1 to ${MAX_FIRST}` })
  first!: number;

  @Field(() => String, { nullable: true, description: 'The cursor after which the page starts' })
  after?: string | null;
}

@ObjectType()
class PageInfo {
  @Field(() => Boolean)
  hasNextPage!: boolean;

  @Field(() => String, { nullable: true, description: 'Cursor of the last item: give it as after' })
  endCursor!: string | null;
}

interface Connection<T> {
  edges: readonly { cursor: string; node: T }[];
  pageInfo: PageInfo;
}

/** The Relay connection type of a node type; `name` is the node's name in the schema. */
export function ConnectionOf<T extends object>(name: string, node: Type<T>): Type<Connection<T>> {
  @ObjectType(`${name}Edge`)
  class Edge {
    @Field(() => String)
    cursor!: string;

    @Field(() => node)
    node!: T;
  }

  @ObjectType(`${name}Connection`)
  class ConnectionType implements Connection<T> {
    @Field(() => [Edge])
    edges!: Edge[];

    @Field(() => PageInfo)
    pageInfo!: PageInfo;
  }
  return ConnectionType;
}

/** @throws AltmapError E_VALIDATION for a page that is empty or too large. */
export function pageRequestOf({ first, after }: PageArgs): PageRequest {
  if (first < 1 || first > MAX_FIRST) {
    throw new AltmapError('E_VALIDATION', `first: expected 1 to ${MAX_FIRST}, got ${first}`);
  }
  return { first, after: after ?? null };
}

export function connectionOf<T, N>(page: Page<T>, nodeOf: (row: T) => N): Connection<N> {
  const edges = page.items.map(({ cursor, node }) => ({ cursor, node: nodeOf(node) }));
  return { edges, pageInfo: { hasNextPage: page.hasNextPage, endCursor: edges.at(-1)?.cursor ?? null } };
}

/** A page costs what it holds, as many times as it may hold it. */
export function pageCost({ args, childComplexity }: ComplexityEstimatorArgs): number {
  const first = typeof args.first === 'number' ? Math.max(1, args.first) : DEFAULT_FIRST;
  return 1 + first * childComplexity;
}

/** A list without pages costs as if it had so many items. */
export const listCost =
  (usualLength: number) =>
  ({ childComplexity }: ComplexityEstimatorArgs): number =>
    1 + usualLength * childComplexity;
