import { actorOf, type Clock, type FleetReader, type HostRow, ManageHosts, requireScope } from '@altmap/core';
import type { Config } from '@altmap/platform';
import { AltmapError } from '@altmap/protocol';
import { Inject, type Type } from '@nestjs/common';
import {
  ArgsType,
  Context,
  Field,
  ID,
  InputType,
  Int,
  Mutation,
  Parent,
  Query,
  ResolveField,
  Resolver,
} from '@nestjs/graphql';
import DataLoader from 'dataloader';
import { CLOCK, CONFIG, FLEET } from '../tokens.ts';
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

  @Field(() => Boolean, { nullable: true, description: 'Whether it was not heard of for too long' })
  stale?: boolean | null;
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

@ArgsType()
class SetHostLabelsArgs extends HostArgs {
  @Field(() => [LabelInput], { defaultValue: [] })
  set!: LabelInput[];

  @Field(() => [String], { defaultValue: [], description: 'Names of labels to take away' })
  remove!: string[];
}

export function createHostById(fleet: FleetReader): DataLoader<string, HostRow | null> {
  return new DataLoader(async (ids) => inOrder(ids, await fleet.hostsByIds(ids), (host) => host.id));
}

@Resolver(() => HostNode)
export class HostResolver {
  readonly #fleet: FleetReader;
  readonly #manageHosts: ManageHosts;
  readonly #clock: Clock;
  readonly #staleMs: number;

  constructor(
    @Inject(FLEET) fleet: FleetReader,
    @Inject(ManageHosts) manageHosts: ManageHosts,
    @Inject(CLOCK) clock: Clock,
    @Inject(CONFIG) config: Config,
  ) {
    this.#fleet = fleet;
    this.#manageHosts = manageHosts;
    this.#clock = clock;
    this.#staleMs = config.ALTMAP_HOST_STALE_HOURS * 3_600_000;
  }

  @Query(() => HostConnection as Type<HostConnection>, { complexity: pageCost, description: 'By name' })
  async hosts(@ArgsOf(() => HostsArgs) args: HostsArgs): Promise<HostConnection> {
    const { labels, stale, ...conditions } = given(args.filter ?? {});
    const filter = {
      ...conditions,
      ...(labels === undefined ? {} : { labels: labelRecordOf(labels) }),
      ...(stale === undefined ? {} : { [stale ? 'seenBefore' : 'seenSince']: this.#staleBefore() }),
    };
    return connectionOf(await this.#fleet.hosts(filter, pageRequestOf(args)), hostNodeOf);
  }

  @Query(() => HostNode, { nullable: true })
  async host(@ArgsOf(() => HostArgs) { id }: HostArgs, @Context() { loaders }: GraphContext): Promise<HostNode | null> {
    const row = await loaders.hostById.load(id);
    return row === null ? null : hostNodeOf(row);
  }

  @Mutation(() => HostNode, {
    description: 'Sets some labels of a host and takes others away. Needs the scope operate',
  })
  async setHostLabels(
    @ArgsOf(() => SetHostLabelsArgs) { id, set, remove }: SetHostLabelsArgs,
    @Context() { principal }: GraphContext,
  ): Promise<HostNode> {
    const actor = actorOf(requireScope(principal, 'operate'));
    await this.#manageHosts.label(actor, id, { set: labelRecordOf(set), remove });
    return this.#hostNow(id);
  }

  @Mutation(() => HostNode, {
    description: 'Removes a host: its findings are resolved and its tokens revoked. Needs the scope operate',
  })
  async removeHost(
    @ArgsOf(() => HostArgs) { id }: HostArgs,
    @Context() { principal }: GraphContext,
  ): Promise<HostNode> {
    await this.#manageHosts.remove(actorOf(requireScope(principal, 'operate')), id);
    return this.#hostNow(id);
  }

  @ResolveField(() => Boolean, { description: 'It was not heard of for too long (ALTMAP_HOST_STALE_HOURS)' })
  stale(@Parent() { lastSeenAt }: HostNode): boolean {
    return lastSeenAt < this.#staleBefore();
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

  #staleBefore(): Date {
    return new Date(this.#clock.now().getTime() - this.#staleMs);
  }

  /** Read anew: a loader may hold what was before the change. */
  async #hostNow(id: string): Promise<HostNode> {
    const [row] = await this.#fleet.hostsByIds([id]);
    if (row === undefined) throw new AltmapError('E_NOT_FOUND', `there is no host ${id}`);
    return hostNodeOf(row);
  }
}
