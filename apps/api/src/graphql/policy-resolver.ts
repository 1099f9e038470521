import {
  actorOf,
  ApplyPolicy,
  type PolicyRepository,
  type RejudgeChangeRow,
  type RejudgeRepository,
  type RejudgeRun,
  RequestRejudge,
  requireScope,
} from '@altmap/core';
import { BUILT_IN_POLICY_TEXT } from '@altmap/policy';
import { Inject, type Type } from '@nestjs/common';
import {
  ArgsType,
  Context,
  Field,
  ID,
  Int,
  Mutation,
  ObjectType,
  Parent,
  Query,
  registerEnumType,
  ResolveField,
  Resolver,
} from '@nestjs/graphql';
import { POLICIES, REJUDGES } from '../tokens.ts';
import { ArgsOf } from './args-of.ts';
import { ConnectionOf, connectionOf, listCost, PageArgs, pageCost, pageRequestOf } from './connection.ts';
import { SeverityEnum } from './enums.ts';
import type { GraphContext } from './graph-context.ts';
import { DateTime } from './scalars.ts';

const MOST_VERSIONS = 100;

const RejudgeState = { PENDING: 'pending', DONE: 'done', FAILED: 'failed' } as const;
registerEnumType(RejudgeState, { name: 'RejudgeState' });
const FindingChange = { OPENED: 'opened', RESOLVED: 'resolved', CHANGED: 'changed' } as const;
registerEnumType(FindingChange, {
  name: 'FindingChange',
  valuesMap: { CHANGED: { description: 'Still open, with another severity' } },
});

@ObjectType('PolicyVersion', { description: 'A policy that was applied; the highest version is in force' })
class PolicyVersionNode {
  @Field(() => Int, { description: '0 is the built-in policy, in force while no other was applied' })
  version!: number;

  @Field(() => String, { description: 'YAML: see docs/policies.md' })
  text!: string;

  @Field(() => String, { nullable: true })
  appliedBy!: string | null;

  @Field(() => DateTime, { nullable: true })
  appliedAt!: Date | null;
}

@ObjectType('RejudgeChange', { description: 'What a pass finds different in a host' })
class RejudgeChangeNode {
  @Field(() => FindingChange)
  change!: string;

  @Field(() => ID)
  hostId!: string;

  @Field(() => String)
  hostName!: string;

  @Field(() => String)
  code!: string;

  @Field(() => SeverityEnum)
  severity!: string;

  @Field(() => SeverityEnum, { nullable: true, description: 'null for what has opened' })
  severityBefore!: string | null;

  @Field(() => String)
  subject!: string;

  @Field(() => String)
  summary!: string;
}

const RejudgeChangeConnection = ConnectionOf<RejudgeChangeNode>('RejudgeChange', RejudgeChangeNode);
type RejudgeChangeConnection = InstanceType<typeof RejudgeChangeConnection>;

@ObjectType('RejudgeRun', { description: 'One pass over all hosts with another policy or engine. A worker does it' })
class RejudgeRunNode {
  @Field(() => ID)
  id!: string;

  @Field(() => Boolean, { description: 'Nothing is changed: only told' })
  dryRun!: boolean;

  @Field(() => RejudgeState)
  state!: string;

  @Field(() => String, { nullable: true })
  failure!: string | null;

  @Field(() => String)
  requestedBy!: string;

  @Field(() => DateTime)
  createdAt!: Date;

  @Field(() => DateTime, { nullable: true })
  finishedAt!: Date | null;

  @Field(() => String, { nullable: true })
  engineVersion!: string | null;

  @Field(() => Int, { description: 'Done so far' })
  hosts!: number;

  @Field(() => Int, { description: 'Of these, without a checked report' })
  skipped!: number;

  @Field(() => Int)
  opened!: number;

  @Field(() => Int)
  resolved!: number;

  @Field(() => Int, { description: 'Still open, with another severity' })
  changed!: number;
}

@ObjectType()
class AppliedPolicyNode {
  @Field(() => Int, { nullable: true, description: 'null for a dry run' })
  version!: number | null;

  @Field(() => RejudgeRunNode, { description: 'Ask rejudgeRun(id) until it is done' })
  run!: RejudgeRunNode;
}

@ArgsType()
class ApplyPolicyArgs {
  @Field(() => String, { description: 'YAML: see docs/policies.md' })
  text!: string;

  @Field(() => Boolean, { description: 'Only tell how many findings would open and close' })
  dryRun!: boolean;
}

@ArgsType()
class RejudgeArgs {
  @Field(() => Boolean)
  dryRun!: boolean;
}

@ArgsType()
class RejudgeRunArgs {
  @Field(() => ID)
  id!: string;
}

@Resolver(() => RejudgeRunNode)
export class PolicyResolver {
  readonly #policies: PolicyRepository;
  readonly #rejudges: RejudgeRepository;
  readonly #applyPolicy: ApplyPolicy;
  readonly #requestRejudge: RequestRejudge;

  constructor(
    @Inject(POLICIES) policies: PolicyRepository,
    @Inject(REJUDGES) rejudges: RejudgeRepository,
    @Inject(ApplyPolicy) applyPolicy: ApplyPolicy,
    @Inject(RequestRejudge) requestRejudge: RequestRejudge,
  ) {
    this.#policies = policies;
    this.#rejudges = rejudges;
    this.#applyPolicy = applyPolicy;
    this.#requestRejudge = requestRejudge;
  }

  @Query(() => PolicyVersionNode, { description: 'The policy in force' })
  async policy(): Promise<PolicyVersionNode> {
    const active = await this.#policies.active();
    return active ?? { version: 0, text: BUILT_IN_POLICY_TEXT, appliedBy: null, appliedAt: null };
  }

  @Query(() => String, {
    description: 'The policy that was in force before any other was applied, as YAML to start from',
  })
  builtInPolicy(): string {
    return BUILT_IN_POLICY_TEXT;
  }

  @Query(() => [PolicyVersionNode], { complexity: listCost(MOST_VERSIONS), description: 'Newest first, at most 100' })
  async policyVersions(): Promise<PolicyVersionNode[]> {
    return [...(await this.#policies.list(MOST_VERSIONS))];
  }

  @Query(() => RejudgeRunNode, { nullable: true })
  rejudgeRun(@ArgsOf(() => RejudgeRunArgs) { id }: RejudgeRunArgs): Promise<RejudgeRun | null> {
    return this.#rejudges.load(id);
  }

  @ResolveField(() => RejudgeChangeConnection as Type<RejudgeChangeConnection>, { complexity: pageCost })
  async changes(
    @Parent() { id }: RejudgeRunNode,
    @ArgsOf(() => PageArgs) args: PageArgs,
  ): Promise<RejudgeChangeConnection> {
    return connectionOf(await this.#rejudges.changes(id, pageRequestOf(args)), (row: RejudgeChangeRow) => row);
  }

  @Mutation(() => AppliedPolicyNode, {
    description: 'Puts a policy in force as the next version, or tells what it would change. Needs the scope operate',
  })
  async applyPolicy(
    @ArgsOf(() => ApplyPolicyArgs) { text, dryRun }: ApplyPolicyArgs,
    @Context() { principal }: GraphContext,
  ): Promise<AppliedPolicyNode> {
    const actor = actorOf(requireScope(principal, 'operate'));
    const { version, run } = await this.#applyPolicy.apply(text, dryRun, actor);
    return { version: version?.version ?? null, run };
  }

  @Mutation(() => RejudgeRunNode, {
    description: 'Judges the latest report of every host again. What opens alerts nobody. Needs the scope operate',
  })
  rejudge(
    @ArgsOf(() => RejudgeArgs) { dryRun }: RejudgeArgs,
    @Context() { principal }: GraphContext,
  ): Promise<RejudgeRun> {
    const actor = actorOf(requireScope(principal, 'operate'));
    return this.#requestRejudge.request({ dryRun, candidate: null }, actor);
  }
}
