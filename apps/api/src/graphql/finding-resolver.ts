import type { Finding, FleetReader, VerdictSetRow } from '@altmap/core';
import { Inject, type Type } from '@nestjs/common';
import {
  ArgsType,
  Context,
  Field,
  ID,
  InputType,
  ObjectType,
  Parent,
  Query,
  ResolveField,
  Resolver,
} from '@nestjs/graphql';
import DataLoader from 'dataloader';
import { FLEET } from '../tokens.ts';
import { ArgsOf } from './args-of.ts';
import { ConnectionOf, connectionOf, PageArgs, pageCost, pageRequestOf } from './connection.ts';
import { FindingState, SeverityEnum, type ValueOf } from './enums.ts';
import { FindingNode } from './finding-node.ts';
import { given } from './given.ts';
import type { GraphContext } from './graph-context.ts';
import { HostNode, hostNodeOf } from './host-node.ts';
import { grouped, inOrder } from './in-order.ts';
import { LabelInput, labelRecordOf } from './label.ts';
import { ReportNode } from './report-resolver.ts';
import { WaiverNode, waiverNodeOf } from './waiver-resolver.ts';

const FindingConnection = ConnectionOf('Finding', FindingNode);
type FindingConnection = InstanceType<typeof FindingConnection>;

@InputType('FindingFilter', { description: 'Findings that meet every condition given' })
class FindingFilterInput {
  @Field(() => ID, { nullable: true })
  hostId?: string | null;

  @Field(() => [String], { nullable: true })
  code?: string[] | null;

  @Field(() => [SeverityEnum], { nullable: true })
  severity?: ValueOf<typeof SeverityEnum>[] | null;

  @Field(() => FindingState, { nullable: true, description: 'OPEN when not given' })
  state?: ValueOf<typeof FindingState> | null;

  @Field(() => [LabelInput], { nullable: true, description: 'All of these labels of the host' })
  labels?: LabelInput[] | null;
}

@ArgsType()
class FindingsArgs extends PageArgs {
  @Field(() => FindingFilterInput, { nullable: true })
  filter?: FindingFilterInput | null;
}

@ObjectType({ description: 'What the verdicts behind a finding were made by, and from' })
class FindingEvidence {
  @Field(() => String)
  engineVersion!: string;

  @Field(() => String, { description: 'SHA-256 of everything that the verdicts depend on' })
  inputDigest!: string;
}

export function createEvidenceByReport(fleet: FleetReader): DataLoader<string, VerdictSetRow | null> {
  return new DataLoader(async (ids) => inOrder(ids, await fleet.verdictSetsByReports(ids), ({ reportId }) => reportId));
}

export function createFindingsByHost(fleet: FleetReader): DataLoader<string, Finding[]> {
  return new DataLoader(async (ids) => grouped(ids, await fleet.openFindingsByHosts(ids), (finding) => finding.hostId));
}

@Resolver(() => FindingNode)
export class FindingResolver {
  readonly #fleet: FleetReader;

  constructor(@Inject(FLEET) fleet: FleetReader) {
    this.#fleet = fleet;
  }

  @Query(() => FindingConnection as Type<FindingConnection>, { complexity: pageCost, description: 'Newest first' })
  async findings(@ArgsOf(() => FindingsArgs) args: FindingsArgs): Promise<FindingConnection> {
    const { labels, ...conditions } = given(args.filter ?? {});
    const filter = labels === undefined ? conditions : { ...conditions, labels: labelRecordOf(labels) };
    return connectionOf(await this.#fleet.findings(filter, pageRequestOf(args)), (finding) => finding);
  }

  @ResolveField(() => HostNode)
  async host(@Parent() { hostId }: FindingNode, @Context() { loaders }: GraphContext): Promise<HostNode> {
    const row = await loaders.hostById.load(hostId);
    if (row === null) throw new Error(`finding of a host that is not there: ${hostId}`);
    return hostNodeOf(row);
  }

  @ResolveField(() => ReportNode, { nullable: true, description: 'The report that showed it last' })
  report(@Parent() { reportId }: FindingNode, @Context() { loaders }: GraphContext): Promise<ReportNode | null> {
    return loaders.reportById.load(reportId);
  }

  @ResolveField(() => FindingState)
  state(@Parent() { resolvedAt, waiverId }: FindingNode): ValueOf<typeof FindingState> {
    if (resolvedAt !== null) return 'resolved';
    return waiverId === null ? 'open' : 'waived';
  }

  @ResolveField(() => WaiverNode, { nullable: true, description: 'The waiver that covers it' })
  async waiver(@Parent() { waiverId }: FindingNode, @Context() { loaders }: GraphContext): Promise<WaiverNode | null> {
    const waiver = waiverId === null ? null : await loaders.waiverById.load(waiverId);
    return waiver === null ? null : waiverNodeOf(waiver);
  }

  @ResolveField(() => FindingEvidence, { nullable: true, description: 'Of the report that showed it last' })
  evidence(@Parent() { reportId }: FindingNode, @Context() { loaders }: GraphContext): Promise<FindingEvidence | null> {
    return loaders.evidenceByReport.load(reportId);
  }
}
