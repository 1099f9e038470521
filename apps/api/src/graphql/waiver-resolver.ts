import { actorOf, requireScope, WaiveFindings, type Waiver, type WaiverRepository } from '@altmap/core';
import { labelMatcherText } from '@altmap/policy';
import { Inject } from '@nestjs/common';
import {
  ArgsType,
  Context,
  Field,
  ID,
  InputType,
  Int,
  Mutation,
  ObjectType,
  Query,
  registerEnumType,
  Resolver,
} from '@nestjs/graphql';
import DataLoader from 'dataloader';
import { WAIVERS } from '../tokens.ts';
import { ArgsOf } from './args-of.ts';
import { listCost } from './connection.ts';
import type { ValueOf } from './enums.ts';
import type { GraphContext } from './graph-context.ts';
import { inOrder } from './in-order.ts';
import { DateTime } from './scalars.ts';

const USUAL_WAIVERS = 50;

const WaiverState = { LIVE: 'live', ENDED: 'ended', ALL: 'all' } as const;
registerEnumType(WaiverState, { name: 'WaiverState' });

@ObjectType('Waiver', { description: 'Somebody takes these findings as they are, for a time: nobody is alerted' })
export class WaiverNode {
  @Field(() => ID)
  id!: string;

  @Field(() => String)
  reason!: string;

  @Field(() => String, { description: 'Who answers for it' })
  owner!: string;

  @Field(() => ID, { nullable: true, description: 'Of this host only' })
  hostId!: string | null;

  @Field(() => [String], { description: 'Conditions on the labels of the host, all of which must hold' })
  labels!: string[];

  @Field(() => String, { nullable: true, description: 'Findings of this code only' })
  code!: string | null;

  @Field(() => String)
  createdBy!: string;

  @Field(() => DateTime)
  createdAt!: Date;

  @Field(() => DateTime, { description: 'What it covers is open again then' })
  expiresAt!: Date;

  @Field(() => DateTime, { nullable: true, description: 'null while it holds' })
  endedAt!: Date | null;
}

export function waiverNodeOf({ labels, ...waiver }: Waiver): WaiverNode {
  return { ...waiver, labels: labels.map(labelMatcherText) };
}

@InputType({ description: 'At least one of hostId, labels and code; what is given must hold together' })
class NewWaiver {
  @Field(() => String)
  reason!: string;

  @Field(() => String)
  owner!: string;

  @Field(() => String, { description: 'A time to come, as ISO 8601' })
  expiresAt!: string;

  @Field(() => ID, { nullable: true })
  hostId?: string | null;

  @Field(() => [String], {
    nullable: true,
    description: 'label=value, label!=value, label in (a, b), label notin (a, b), label or !label',
  })
  labels?: string[] | null;

  @Field(() => String, { nullable: true })
  code?: string | null;
}

@ObjectType()
class AddedWaiver {
  @Field(() => WaiverNode)
  waiver!: WaiverNode;

  @Field(() => Int, { description: 'Open findings that it covers at once' })
  waived!: number;
}

@ObjectType()
class EndedWaiver {
  @Field(() => Int, { description: 'Findings that are open again' })
  reopened!: number;
}

@ArgsType()
class WaiversArgs {
  @Field(() => WaiverState, { defaultValue: 'live' })
  state!: ValueOf<typeof WaiverState>;
}

@ArgsType()
class AddWaiverArgs {
  @Field(() => NewWaiver)
  waiver!: NewWaiver;
}

@ArgsType()
class EndWaiverArgs {
  @Field(() => ID)
  id!: string;
}

export function createWaiverById(waivers: WaiverRepository): DataLoader<string, Waiver | null> {
  return new DataLoader(async (ids) => inOrder(ids, await waivers.byIds(ids), ({ id }) => id));
}

@Resolver(() => WaiverNode)
export class WaiverResolver {
  readonly #waivers: WaiverRepository;
  readonly #waiveFindings: WaiveFindings;

  constructor(@Inject(WAIVERS) waivers: WaiverRepository, @Inject(WaiveFindings) waiveFindings: WaiveFindings) {
    this.#waivers = waivers;
    this.#waiveFindings = waiveFindings;
  }

  @Query(() => [WaiverNode], { complexity: listCost(USUAL_WAIVERS), description: 'Newest first, at most 1,000' })
  async waivers(@ArgsOf(() => WaiversArgs) { state }: WaiversArgs): Promise<WaiverNode[]> {
    return (await this.#waivers.list({ state })).map(waiverNodeOf);
  }

  @Mutation(() => AddedWaiver, { description: 'Needs the scope operate' })
  async addWaiver(
    @ArgsOf(() => AddWaiverArgs) { waiver: wish }: AddWaiverArgs,
    @Context() { principal }: GraphContext,
  ): Promise<AddedWaiver> {
    const actor = actorOf(requireScope(principal, 'operate'));
    const { reason, owner, hostId = null, code = null } = wish;
    const request = { reason, owner, hostId, code, labels: wish.labels ?? [], expiresAt: new Date(wish.expiresAt) };
    const { waiver, waived } = await this.#waiveFindings.add(request, actor);
    return { waiver: waiverNodeOf(waiver), waived };
  }

  @Mutation(() => EndedWaiver, { description: 'Needs the scope operate' })
  endWaiver(
    @ArgsOf(() => EndWaiverArgs) { id }: EndWaiverArgs,
    @Context() { principal }: GraphContext,
  ): Promise<EndedWaiver> {
    return this.#waiveFindings.end(id, actorOf(requireScope(principal, 'operate')));
  }
}
