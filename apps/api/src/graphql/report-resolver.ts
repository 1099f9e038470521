import { type DeviceRangeRow, DiffReports, type FleetReader, type ReportRow } from '@altmap/core';
import { Inject, type Type } from '@nestjs/common';
import { ArgsType, Context, Field, ID, Int, ObjectType, Parent, Query, ResolveField, Resolver } from '@nestjs/graphql';
import DataLoader from 'dataloader';
import { FLEET } from '../tokens.ts';
import { ArgsOf } from './args-of.ts';
import { ConnectionOf, connectionOf, listCost, PageArgs, pageCost, pageRequestOf } from './connection.ts';
import { DeviceRangeNode } from './device-range-resolver.ts';
import { DiagnosticSeverity, ReportStateEnum } from './enums.ts';
import type { GraphContext } from './graph-context.ts';
import { grouped, inOrder } from './in-order.ts';
import { ReportDiffNode, reportDiffNodeOf } from './report-diff-node.ts';
import { DateTime } from './scalars.ts';

@ObjectType('Diagnostic', { description: 'Something in a report that could not be read as expected' })
class DiagnosticNode {
  @Field(() => String, { description: 'Part kind, e.g. iomem' })
  source!: string;

  @Field(() => Int, { nullable: true })
  line!: number | null;

  @Field(() => String)
  message!: string;

  @Field(() => String, { nullable: true })
  expected!: string | null;

  @Field(() => DiagnosticSeverity)
  severity!: string;
}

@ObjectType('AbsentPart', { description: 'A part that the host or its archive did not give' })
class AbsentPartNode {
  @Field(() => String, { description: 'Part kind, e.g. iomem' })
  kind!: string;

  @Field(() => String)
  reason!: string;
}

@ObjectType('Report', { description: 'What one host said at one time' })
export class ReportNode {
  @Field(() => ID)
  id!: string;

  @Field(() => ReportStateEnum)
  state!: string;

  @Field(() => String, { description: 'uname -r' })
  release!: string;

  @Field(() => Int, { nullable: true, description: 'Base page size in bytes; null where the host could not tell' })
  pageSize!: number | null;

  @Field(() => DateTime)
  receivedAt!: Date;

  @Field(() => DateTime)
  collectedAt!: Date;

  @Field(() => DateTime, { nullable: true })
  checkedAt!: Date | null;

  @Field(() => String, { nullable: true, description: 'Why it could not be checked' })
  failure!: string | null;

  @Field(() => [AbsentPartNode], { complexity: listCost(5) })
  absent!: readonly AbsentPartNode[];

  @Field(() => [DiagnosticNode], { complexity: listCost(5) })
  diagnostics!: readonly DiagnosticNode[];

  verdictSetId!: string | null;
}

export function createReportById(fleet: FleetReader): DataLoader<string, ReportRow | null> {
  return new DataLoader(async (ids) => inOrder(ids, await fleet.reportsByIds(ids), (report) => report.id));
}

export function createRangesByVerdictSet(fleet: FleetReader): DataLoader<string, DeviceRangeRow[]> {
  return new DataLoader(async (ids) =>
    grouped(ids, await fleet.deviceRangesByVerdictSets(ids), (range) => range.verdictSetId),
  );
}

const ReportConnection = ConnectionOf('Report', ReportNode);
type ReportConnection = InstanceType<typeof ReportConnection>;

@ArgsType()
class ReportsArgs extends PageArgs {
  @Field(() => ID)
  hostId!: string;
}

/** Reading both sides of a diff takes as long as answering a query of this cost. */
const DIFF_COST = 500;

@ArgsType()
class ReportDiffArgs {
  @Field(() => ID, { description: 'The report before' })
  a!: string;

  @Field(() => ID, { description: 'The report after' })
  b!: string;
}

@Resolver(() => ReportNode)
export class ReportResolver {
  readonly #fleet: Pick<FleetReader, 'reportsOfHost'>;
  readonly #diffReports: DiffReports;

  constructor(@Inject(FLEET) fleet: Pick<FleetReader, 'reportsOfHost'>, @Inject(DiffReports) diffReports: DiffReports) {
    this.#fleet = fleet;
    this.#diffReports = diffReports;
  }

  @Query(() => ReportConnection as Type<ReportConnection>, {
    complexity: pageCost,
    description: 'The reports of one host that are still kept (ALTMAP_KEEP_DAYS, ALTMAP_KEEP_REPORTS), newest first',
  })
  async reports(@ArgsOf(() => ReportsArgs) args: ReportsArgs): Promise<ReportConnection> {
    return connectionOf(await this.#fleet.reportsOfHost(args.hostId, pageRequestOf(args)), (report) => report);
  }

  @Query(() => ReportDiffNode, {
    complexity: ({ childComplexity }) => DIFF_COST + childComplexity,
    description: 'What differs between two reports, of one host or of two',
  })
  async reportDiff(@ArgsOf(() => ReportDiffArgs) { a, b }: ReportDiffArgs): Promise<ReportDiffNode> {
    return reportDiffNodeOf(await this.#diffReports.diff(a, b));
  }

  /** None before the report is checked. */
  @ResolveField(() => [DeviceRangeNode], { complexity: listCost(2) })
  async deviceRanges(
    @Parent() { verdictSetId }: ReportNode,
    @Context() { loaders }: GraphContext,
  ): Promise<DeviceRangeNode[]> {
    return verdictSetId === null ? [] : loaders.rangesByVerdictSet.load(verdictSetId);
  }
}
