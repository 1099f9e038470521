import { Field, InputType, ObjectType } from '@nestjs/graphql';

@ObjectType()
export class Label {
  @Field(() => String)
  name!: string;

  @Field(() => String)
  value!: string;
}

@InputType()
export class LabelInput {
  @Field(() => String)
  name!: string;

  @Field(() => String)
  value!: string;
}

export function labelsOf(labels: Readonly<Record<string, string>>): Label[] {
  return Object.entries(labels).map(([name, value]) => ({ name, value }));
}

export function labelRecordOf(labels: readonly LabelInput[]): Record<string, string> {
  return Object.fromEntries(labels.map(({ name, value }) => [name, value]));
}
