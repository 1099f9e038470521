import type { ConfigHistoryRepository, SymbolChangeRow } from '@altmap/core';
import { Inject, type Type } from '@nestjs/common';
import { ArgsType, Context, Field, ID, ObjectType, Parent, Query, ResolveField, Resolver } from '@nestjs/graphql';
import { CONFIG_HISTORY } from '../tokens.ts';
import { ArgsOf } from './args-of.ts';
import { ConnectionOf, connectionOf, PageArgs, pageCost, pageRequestOf } from './connection.ts';
import { given } from './given.ts';
import type { GraphContext } from './graph-context.ts';
import { HostNode, hostNodeOf } from './host-node.ts';
import { SymbolStateNode } from './report-diff-node.ts';
import { DateTime } from './scalars.ts';

@ObjectType('SymbolChange', {
  description: 'A symbol of the kernel config that a host changed from one report to the next',
})
class SymbolChangeNode {
  @Field(() => String, { description: 'Without CONFIG_' })
  symbol!: string;

  @Field(() => SymbolStateNode)
  before!: SymbolChangeRow['before'];

  @Field(() => SymbolStateNode)
  after!: SymbolChangeRow['after'];

  @Field(() => DateTime, { description: 'When the first report with the new config was received' })
  at!: Date;

  @Field(() => ID, { description: 'That report; it may be gone already' })
  reportId!: string;

  hostId!: string;
}

const SymbolChangeConnection = ConnectionOf('SymbolChange', SymbolChangeNode);
type SymbolChangeConnection = InstanceType<typeof SymbolChangeConnection>;

@ArgsType()
class SymbolHistoryArgs extends PageArgs {
  @Field(() => String, { description: 'CONFIG_X or X' })
  symbol!: string;

  @Field(() => ID, { nullable: true, description: 'Of this host only' })
  hostId?: string | null;
}

@Resolver(() => SymbolChangeNode)
export class SymbolHistoryResolver {
  readonly #history: Pick<ConfigHistoryRepository, 'symbolChanges'>;

  constructor(@Inject(CONFIG_HISTORY) history: Pick<ConfigHistoryRepository, 'symbolChanges'>) {
    this.#history = history;
  }

  @Query(() => SymbolChangeConnection as Type<SymbolChangeConnection>, {
    complexity: pageCost,
    description: 'Which hosts changed a symbol of their kernel config, and when; newest first',
  })
  async symbolHistory(@ArgsOf(() => SymbolHistoryArgs) args: SymbolHistoryArgs): Promise<SymbolChangeConnection> {
    const { symbol, hostId } = args;
    const filter = { symbol: symbol.replace(/^CONFIG_/, ''), ...given({ hostId }) };
    return connectionOf(await this.#history.symbolChanges(filter, pageRequestOf(args)), (change) => change);
  }

  @ResolveField(() => HostNode)
  async host(@Parent() { hostId }: SymbolChangeNode, @Context() { loaders }: GraphContext): Promise<HostNode> {
    const row = await loaders.hostById.load(hostId);
    if (row === null) throw new Error(`change of a host that is not there: ${hostId}`);
    return hostNodeOf(row);
  }
}
