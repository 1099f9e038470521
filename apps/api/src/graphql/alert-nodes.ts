import type { AlertNotice } from '@altmap/protocol';
import { Field, ID, Int, ObjectType, registerEnumType } from '@nestjs/graphql';
import { SeverityEnum } from './enums.ts';
import { DateTime, Json } from './scalars.ts';

export const NotificationStateEnum = { PENDING: 'pending', SENT: 'sent', DEAD: 'dead' } as const;
registerEnumType(NotificationStateEnum, {
  name: 'NotificationState',
  valuesMap: {
    PENDING: { description: 'Is being sent, or tried again' },
    SENT: { description: 'The receiver took it' },
    DEAD: { description: 'Nobody took it for a day: resendNotification sends it again' },
  },
});

@ObjectType('AlertRule', { description: 'Which findings are told to whom, and how they are grouped' })
export class AlertRuleNode {
  @Field(() => String)
  name!: string;

  @Field(() => String)
  receiver!: string;

  @Field(() => SeverityEnum)
  minSeverity!: string;

  @Field(() => [String], { description: 'All of them must match: label=value, !=, =~ or !~' })
  matchers!: string[];

  @Field(() => [String])
  groupBy!: readonly string[];

  @Field(() => Int)
  groupWaitMs!: number;

  @Field(() => Int)
  groupIntervalMs!: number;

  @Field(() => Int)
  repeatIntervalMs!: number;

  @Field(() => Int, { description: 'Of more new groups within ten minutes the further ones become one summary' })
  stormGroups!: number;
}

@ObjectType('Silence')
export class SilenceNode {
  @Field(() => ID)
  id!: string;

  @Field(() => [String], { description: 'All of them must match: label=value, !=, =~ or !~' })
  matchers!: string[];

  @Field(() => DateTime)
  startsAt!: Date;

  @Field(() => DateTime)
  endsAt!: Date;

  @Field(() => String)
  creator!: string;

  @Field(() => String)
  comment!: string;
}

@ObjectType('DeliveryAttempt')
export class DeliveryAttemptNode {
  @Field(() => DateTime)
  at!: Date;

  @Field(() => Int)
  latencyMs!: number;

  @Field(() => Int, { nullable: true, description: 'HTTP or SMTP status; null where no answer came' })
  status!: number | null;

  @Field(() => String, { nullable: true, description: 'null when the receiver took it' })
  error!: string | null;
}

@ObjectType('Notification', { description: 'One message to one receiver' })
export class NotificationNode {
  @Field(() => ID)
  id!: string;

  @Field(() => String, { description: 'Name of the receiver' })
  receiver!: string;

  @Field(() => NotificationStateEnum)
  state!: string;

  @Field(() => DateTime)
  createdAt!: Date;

  @Field(() => DateTime, { nullable: true })
  settledAt!: Date | null;

  @Field(() => String, { nullable: true, description: 'Why it is dead' })
  failure!: string | null;

  @Field(() => Json, { description: 'What it says: data of AlertWebhook in /v1/openapi.json' })
  content!: AlertNotice;
}
