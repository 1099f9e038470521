import type { Finding } from '@altmap/core';
import { Field, ID, Int, ObjectType } from '@nestjs/graphql';
import { SeverityEnum } from './enums.ts';
import { DateTime, Json } from './scalars.ts';

@ObjectType('Finding', { description: 'Something that somebody should act on' })
export class FindingNode {
  @Field(() => ID)
  id!: string;

  @Field(() => String)
  code!: string;

  @Field(() => SeverityEnum)
  severity!: string;

  @Field(() => String, { description: 'A device range, or "kernel config"' })
  subject!: string;

  @Field(() => String)
  summary!: string;

  @Field(() => Json)
  facts!: Finding['facts'];

  @Field(() => Int, { description: 'How often the matter has come up' })
  episode!: number;

  @Field(() => DateTime)
  firstSeenAt!: Date;

  @Field(() => DateTime)
  lastSeenAt!: Date;

  @Field(() => DateTime, { nullable: true, description: 'null while it is open' })
  resolvedAt!: Date | null;

  waiverId!: string | null;
  hostId!: string;
  reportId!: string;
}
