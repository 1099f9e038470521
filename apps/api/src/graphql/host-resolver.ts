import type { FleetReader, HostRow } from '@altmap/core';
import { Inject, type Type } from '@nestjs/common';
import { ArgsType, Context, Field, ID, InputType, Int, Parent, Query, ResolveField, Resolver } from '@nestjs/graphql';
import DataLoader from 'dataloader';
import { FLEET } from '../tokens.ts';
import { ArgsOf } from './args-of.ts';
import { ConnectionOf, connectionOf, listCost, PageArgs, pageCost, pageRequestOf } from './connection.ts';
import { Outcome, SeverityEnum, type ValueOf } from './enums.ts';
import { FindingNode } from './finding-node.ts';
import { given } from './given.ts';
import type { GraphContext } from './graph-context.ts';
import { HostNode, hostNodeOf } from './host-node.ts';
import { inOrder } from './in-order.ts';
import { LabelInput, labelRecordOf } from './label.ts';
import { ReportNode } from './report-resolver.ts';

const HostConnection = ConnectionOf('Host', HostNode);
type HostConnection = InstanceType<typeof HostConnection>;

@InputType('HostFilter', { description: 'Hosts that meet every condition given' })
class HostFilterInput {
  @Field(() => [Outcome], {
    nullable: true,
    description: 'The latest report has a verdict with one of these outcomes, for its own kernel and as it is',
  })
  outcome?: ValueOf<typeof Outcome>[] | null;

  @Field(() => [Int], { nullable: true, description: 'Base page size of the latest report, in bytes' })
  pageSize?: number[] | null;

  @Field(() => [LabelInput], { nullable: true, description: 'All of these labels' })
  labels?: LabelInput[] | null;

  @Field(() => [SeverityEnum], { nullable: true, description: 'An open finding of one of these severities' })
  severity?: ValueOf<typeof SeverityEnum>[] | null;

  @Field(() => String, { nullable: true, description: 'Part of the name, case ignored' })
  name?: string | null;
}

@ArgsType()
class HostsArgs extends PageArgs {
  @Field(() => HostFilterInput, { nullable: true })
  filter?: HostFilterInput | null;
}

@ArgsType()
class HostArgs {
  @Field(() => ID)
  id!: string;
}

export function createHostById(fleet: FleetReader): DataLoader<string, HostRow | null> {
  return new DataLoader(async (ids) => inOrder(ids, await fleet.hostsByIds(ids), (host) => host.id));
}

@Resolver(() => HostNode)
export class HostResolver {
  readonly #fleet: FleetReader;

  constructor(@Inject(FLEET) fleet: FleetReader) {
    this.#fleet = fleet;
  }

  @Query(() => HostConnection as Type<HostConnection>, { complexity: pageCost, description: 'By name' })
  async hosts(@ArgsOf(() => HostsArgs) args: HostsArgs): Promise<HostConnection> {
    const { labels, ...conditions } = given(args.filter ?? {});
    const filter = labels === undefined ? conditions : { ...conditions, labels: labelRecordOf(labels) };
    return connectionOf(await this.#fleet.hosts(filter, pageRequestOf(args)), hostNodeOf);
  }

  @Query(() => HostNode, { nullable: true })
  async host(@ArgsOf(() => HostArgs) { id }: HostArgs, @Context() { loaders }: GraphContext): Promise<HostNode | null> {
    const row = await loaders.hostById.load(id);
    return row === null ? null : hostNodeOf(row);
  }

  @ResolveField(() => ReportNode, { nullable: true, description: 'The latest report' })
  async report(
    @Parent() { latestReportId }: HostNode,
    @Context() { loaders }: GraphContext,
  ): Promise<ReportNode | null> {
    return latestReportId === null ? null : loaders.reportById.load(latestReportId);
  }

  @ResolveField(() => [FindingNode], { complexity: listCost(2), description: 'Those that are open' })
  findings(@Parent() { id }: HostNode, @Context() { loaders }: GraphContext): Promise<FindingNode[]> {
    return loaders.findingsByHost.load(id);
  }
}
