import {
  type AlertRepository,
  type AlertSettings,
  actorOf,
  type Clock,
  ManageAlerts,
  type Receiver,
  receiverAddress,
  requireScope,
  TestReceiver,
} from '@altmap/core';
import type { OpenQueue } from '@altmap/queue';
import { Inject } from '@nestjs/common';
import { ArgsType, Context, Field, InputType, Mutation, ObjectType, Query, Resolver } from '@nestjs/graphql';
import { setTimeout as sleep } from 'node:timers/promises';
import { ALERT_SETTINGS, ALERTS, CLOCK, QUEUE } from '../tokens.ts';
import { DeliveryAttemptNode } from './alert-nodes.ts';
import { ArgsOf } from './args-of.ts';
import { listCost } from './connection.ts';
import { ReceiverKindEnum, SeverityEnum, type ValueOf } from './enums.ts';
import type { GraphContext } from './graph-context.ts';
import { Secret } from './scalars.ts';

/** A test waits for a worker: of so many points a document can hold only a few. */
const TEST_COST = 2_000;

@ObjectType('Receiver', { description: 'Who can be told of findings. Its secrets are never shown.' })
class ReceiverNode {
  @Field(() => String)
  name!: string;

  @Field(() => String, { description: 'webhook, slack, email, alertmanager or pagerduty' })
  kind!: string;

  @Field(() => String, { description: 'Where it is, without anything secret' })
  address!: string;
}

@InputType({
  description: 'Private addresses are refused when a message is delivered, unless ALTMAP_WEBHOOK_ALLOW has them',
})
class NewReceiver {
  @Field(() => ReceiverKindEnum)
  kind!: ValueOf<typeof ReceiverKindEnum>;

  @Field(() => String)
  name!: string;

  @Field(() => String, { nullable: true, description: 'http:// or https://; of EMAIL smtp:// or smtps://' })
  url?: string | null;

  @Field(() => String, { nullable: true, description: 'Of EMAIL: the sender' })
  from?: string | null;

  @Field(() => [String], { nullable: true, description: 'Of EMAIL: who gets it' })
  to?: string[] | null;

  @Field(() => String, { nullable: true, description: 'Of EMAIL: login, over an encrypted connection' })
  user?: string | null;

  @Field(() => Secret, {
    nullable: true,
    description:
      'Password (EMAIL), token (ALERTMANAGER), routing key (PAGERDUTY), URL (SLACK) or signing secret (WEBHOOK). It is never ' +
      'shown again',
  })
  secret?: string | null;

  @Field(() => SeverityEnum, {
    nullable: true,
    description: 'Least severity that its first rule, of the same name, sends it; WARNING when not given',
  })
  minSeverity?: ValueOf<typeof SeverityEnum> | null;
}

@ObjectType()
class AddedReceiver {
  @Field(() => ReceiverNode)
  receiver!: ReceiverNode;

  @Field(() => String, {
    nullable: true,
    description: 'What signs the messages of a WEBHOOK, where none was given. It is shown here and never again',
  })
  secret!: string | null;
}

@ArgsType()
class AddReceiverArgs {
  @Field(() => NewReceiver)
  receiver!: NewReceiver;
}

@ArgsType()
class ReceiverArgs {
  @Field(() => String)
  name!: string;
}

const nodeOf = ({ name, target }: Receiver): ReceiverNode => ({
  name,
  kind: target.kind,
  address: receiverAddress(target),
});

@Resolver(() => ReceiverNode)
export class ReceiverResolver {
  readonly #alerts: AlertRepository;
  readonly #settings: AlertSettings;
  readonly #queue: Pick<OpenQueue, 'add'>;
  readonly #clock: Clock;

  constructor(
    @Inject(ALERTS) alerts: AlertRepository,
    @Inject(ALERT_SETTINGS) settings: AlertSettings,
    @Inject(QUEUE) queue: Pick<OpenQueue, 'add'>,
    @Inject(CLOCK) clock: Clock,
  ) {
    this.#alerts = alerts;
    this.#settings = settings;
    this.#queue = queue;
    this.#clock = clock;
  }

  @Query(() => [ReceiverNode], { complexity: listCost(20) })
  async receivers(): Promise<ReceiverNode[]> {
    return (await this.#settings.listReceivers()).map(nodeOf);
  }

  @Mutation(() => AddedReceiver, { description: 'Adds a receiver and its first rule. Needs the scope operate' })
  async addReceiver(
    @ArgsOf(() => AddReceiverArgs) { receiver: said }: AddReceiverArgs,
    @Context() context: GraphContext,
  ): Promise<AddedReceiver> {
    const minSeverity = said.minSeverity ?? 'warning';
    const { receiver, secret } = await this.#manage(context).addReceiver({ ...said, minSeverity });
    return { receiver: nodeOf(receiver), secret };
  }

  @Mutation(() => Boolean, {
    description: 'Removes a receiver with its rules and its part of the ledger. Needs the scope operate',
  })
  async removeReceiver(
    @ArgsOf(() => ReceiverArgs) { name }: ReceiverArgs,
    @Context() context: GraphContext,
  ): Promise<boolean> {
    await this.#manage(context).removeReceiver(name);
    return true;
  }

  @Mutation(() => String, {
    description:
      'Makes a second secret of a webhook, which is shown here and never again: messages are signed with both until ' +
      'dropReceiverSecret. Needs the scope operate',
  })
  rotateReceiverSecret(
    @ArgsOf(() => ReceiverArgs) { name }: ReceiverArgs,
    @Context() context: GraphContext,
  ): Promise<string> {
    return this.#manage(context).rotateSecret(name);
  }

  @Mutation(() => Boolean, {
    description: 'Ends a rotation: the older secret of a webhook signs no more. Needs the scope operate',
  })
  async dropReceiverSecret(
    @ArgsOf(() => ReceiverArgs) { name }: ReceiverArgs,
    @Context() context: GraphContext,
  ): Promise<boolean> {
    await this.#manage(context).dropOldSecret(name);
    return true;
  }

  @Mutation(() => [DeliveryAttemptNode], {
    complexity: TEST_COST,
    description:
      'Lets a worker send a test alert and, where that was taken, its end, and waits up to a minute for what the receiver ' +
      'answered to each. Needs the scope operate',
  })
  async testReceiver(
    @ArgsOf(() => ReceiverArgs) { name }: ReceiverArgs,
    @Context() context: GraphContext,
  ): Promise<DeliveryAttemptNode[]> {
    const manage = this.#manage(context);
    const ports = { manage, alerts: this.#alerts, queue: this.#queue, clock: this.#clock, sleep };
    return [...(await new TestReceiver(ports).test(name))];
  }

  #manage({ principal }: GraphContext): ManageAlerts {
    return new ManageAlerts(this.#settings, this.#alerts, this.#clock, actorOf(requireScope(principal, 'operate')));
  }
}
