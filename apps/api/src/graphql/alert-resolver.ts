import {
  type AlertRepository,
  type AlertSettings,
  actorOf,
  type Clock,
  ManageAlerts,
  requireScope,
  type Silence,
} from '@altmap/core';
import { AltmapError, formatMatcher, parseMatcher, type Matcher } from '@altmap/protocol';
import type { OpenQueue } from '@altmap/queue';
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
import { ALERT_SETTINGS, ALERTS, CLOCK, QUEUE } from '../tokens.ts';
import {
  AlertRuleNode,
  DeliveryAttemptNode,
  NotificationNode,
  NotificationStateEnum,
  SilenceNode,
} from './alert-nodes.ts';
import { ArgsOf } from './args-of.ts';
import { ConnectionOf, connectionOf, listCost, PageArgs, pageCost, pageRequestOf } from './connection.ts';
import { SeverityEnum, type ValueOf } from './enums.ts';
import { given } from './given.ts';
import type { GraphContext } from './graph-context.ts';
import { timeOf } from './time-of.ts';

const NotificationConnection = ConnectionOf('Notification', NotificationNode);
type NotificationConnection = InstanceType<typeof NotificationConnection>;

@ArgsType()
class NotificationsArgs extends PageArgs {
  @Field(() => NotificationStateEnum, { nullable: true })
  state?: ValueOf<typeof NotificationStateEnum> | null;

  @Field(() => String, { nullable: true, description: 'Name of the receiver' })
  receiver?: string | null;
}

@InputType()
class NewSilence {
  @Field(() => [String], { description: 'label=value, !=, =~ or !~; all must match' })
  matchers!: string[];

  @Field(() => String, { description: 'A time to come, as ISO 8601' })
  endsAt!: string;

  @Field(() => String, { description: 'Why' })
  comment!: string;

  @Field(() => String, { nullable: true, description: 'Who; the token that asks when not given' })
  creator?: string | null;
}

@InputType()
class NewAlertRule {
  @Field(() => String)
  name!: string;

  @Field(() => String)
  receiver!: string;

  @Field(() => SeverityEnum, { nullable: true, description: 'WARNING when not given' })
  minSeverity?: ValueOf<typeof SeverityEnum> | null;

  @Field(() => [String], { nullable: true, description: 'label=value, !=, =~ or !~; all must match' })
  matchers?: string[] | null;

  @Field(() => [String], { nullable: true })
  groupBy?: string[] | null;

  @Field(() => Int, { nullable: true })
  groupWaitMs?: number | null;

  @Field(() => Int, { nullable: true })
  groupIntervalMs?: number | null;

  @Field(() => Int, { nullable: true })
  repeatIntervalMs?: number | null;

  @Field(() => Int, { nullable: true })
  stormGroups?: number | null;
}

@ArgsType()
class AddSilenceArgs {
  @Field(() => NewSilence)
  silence!: NewSilence;
}

@ArgsType()
class AddAlertRuleArgs {
  @Field(() => NewAlertRule)
  rule!: NewAlertRule;
}

@ArgsType()
class NameArgs {
  @Field(() => String)
  name!: string;
}

@ArgsType()
class IdArgs {
  @Field(() => ID)
  id!: string;
}

const silenceNodeOf = ({ matchers, ...silence }: Silence): SilenceNode => ({
  ...silence,
  matchers: matchers.map(formatMatcher),
});

function matchersOf(texts: readonly string[]): Matcher[] {
  try {
    return texts.map(parseMatcher);
  } catch (error) {
    throw new AltmapError('E_VALIDATION', `matchers: ${(error as Error).message}`);
  }
}

@Resolver(() => NotificationNode)
export class AlertResolver {
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

  @Query(() => [AlertRuleNode], { complexity: listCost(20) })
  async alertRules(): Promise<AlertRuleNode[]> {
    const names = new Map((await this.#settings.listReceivers()).map(({ id, name }) => [id, name]));
    return (await this.#settings.listRules()).map(({ matchers, receiverId, ...rule }) => ({
      ...rule,
      receiver: names.get(receiverId) ?? '',
      matchers: matchers.map(formatMatcher),
    }));
  }

  @Query(() => [SilenceNode], { complexity: listCost(50), description: 'Those that have not ended' })
  async silences(): Promise<SilenceNode[]> {
    return (await this.#settings.listSilences(this.#clock.now())).map(silenceNodeOf);
  }

  @Query(() => NotificationConnection as Type<NotificationConnection>, {
    complexity: pageCost,
    description: 'The ledger of messages, newest first',
  })
  async notifications(@ArgsOf(() => NotificationsArgs) args: NotificationsArgs): Promise<NotificationConnection> {
    const { state, receiver } = args;
    return connectionOf(
      await this.#alerts.notifications(given({ state, receiver }), pageRequestOf(args)),
      (row) => row,
    );
  }

  @Query(() => NotificationNode, { nullable: true })
  notification(@ArgsOf(() => IdArgs) { id }: IdArgs): Promise<NotificationNode | null> {
    return this.#alerts.notification(id);
  }

  @ResolveField(() => [DeliveryAttemptNode], { complexity: listCost(5), description: 'Oldest first' })
  async attempts(@Parent() { id }: NotificationNode): Promise<DeliveryAttemptNode[]> {
    return [...(await this.#alerts.attempts(id))];
  }

  @Mutation(() => SilenceNode, { description: 'Needs the scope operate' })
  async addSilence(
    @ArgsOf(() => AddSilenceArgs) { silence }: AddSilenceArgs,
    @Context() context: GraphContext,
  ): Promise<SilenceNode> {
    const { matchers, endsAt, comment, creator } = silence;
    const said = { matchers: matchersOf(matchers), endsAt: timeOf('endsAt', endsAt), comment, ...given({ creator }) };
    return silenceNodeOf(await this.#manage(context).addSilence(said));
  }

  @Mutation(() => Boolean, { description: 'Ends a silence now. Needs the scope operate' })
  async expireSilence(@ArgsOf(() => IdArgs) { id }: IdArgs, @Context() context: GraphContext): Promise<boolean> {
    await this.#manage(context).expireSilence(id);
    return true;
  }

  @Mutation(() => Boolean, { description: 'Needs the scope operate' })
  async addAlertRule(
    @ArgsOf(() => AddAlertRuleArgs) { rule }: AddAlertRuleArgs,
    @Context() context: GraphContext,
  ): Promise<boolean> {
    const manage = this.#manage(context);
    const { name, receiver, matchers, ...rest } = rule;
    const said = { minSeverity: 'warning', ...given(rest) } as const;
    await manage.addRule({ ...said, name, receiver, matchers: matchersOf(matchers ?? []) });
    return true;
  }

  @Mutation(() => Boolean, { description: 'What it has told stays in the ledger. Needs the scope operate' })
  async removeAlertRule(
    @ArgsOf(() => NameArgs) { name }: NameArgs,
    @Context() context: GraphContext,
  ): Promise<boolean> {
    await this.#manage(context).removeRule(name);
    return true;
  }

  @Mutation(() => Boolean, {
    description: 'Sends a dead message again: the same content under the same id. Needs the scope operate',
  })
  async resendNotification(@ArgsOf(() => IdArgs) { id }: IdArgs, @Context() context: GraphContext): Promise<boolean> {
    await this.#manage(context).resend(id);
    await this.#queue.add({ name: 'deliver-notification', payload: { notificationId: id } });
    return true;
  }

  #manage({ principal }: GraphContext): ManageAlerts {
    return new ManageAlerts(this.#settings, this.#alerts, this.#clock, actorOf(requireScope(principal, 'operate')));
  }
}
