import type { HostRow } from '@altmap/core';
import { Field, ID, ObjectType } from '@nestjs/graphql';
import { Label, labelsOf } from './label.ts';
import { DateTime } from './scalars.ts';

@ObjectType('Host', { description: 'One arm64 machine' })
export class HostNode {
  @Field(() => ID)
  id!: string;

  @Field(() => String)
  name!: string;

  @Field(() => [Label])
  labels!: readonly Label[];

  @Field(() => DateTime, { description: 'When it enrolled' })
  createdAt!: Date;

  @Field(() => DateTime, { description: 'When it last reported, changed or unchanged' })
  lastSeenAt!: Date;

  @Field(() => DateTime, { nullable: true, description: 'When it was removed; null while it is one of the fleet' })
  removedAt!: Date | null;

  latestReportId!: string | null;
}

export function hostNodeOf(row: HostRow): HostNode {
  return { ...row, labels: labelsOf(row.labels) };
}
