import type { VerdictRow } from '@altmap/core';
import { Field, ID, Int, ObjectType } from '@nestjs/graphql';
import { listCost } from './connection.ts';
import { Basis, Outcome, Question, StepVerdict } from './enums.ts';
import { Address, Bytes, Json, Pages } from './scalars.ts';

type Result = VerdictRow['result'];

@ObjectType('Step', { description: "One check, in the kernel's order" })
class StepNode {
  @Field(() => String)
  id!: string;

  @Field(() => StepVerdict)
  verdict!: string;

  @Field(() => Json, { description: 'The numbers and values that were compared' })
  facts!: Result['facts'];

  @Field(() => String, { description: 'Kernel function or file, and commit or version bounds' })
  source!: string;
}

@ObjectType('InfoBlock', { description: 'The pfn info block that would be written or was found' })
class InfoBlockNode {
  @Field(() => String)
  signature!: string;

  @Field(() => Int)
  versionMinor!: number;

  @Field(() => String)
  map!: string;

  @Field(() => Bytes)
  dataoff!: number;

  @Field(() => Pages)
  npfns!: number;

  @Field(() => Bytes)
  startPad!: number;

  @Field(() => Bytes)
  endTrunc!: number;

  @Field(() => Bytes)
  align!: number;

  @Field(() => Bytes)
  pageSize!: number;

  @Field(() => Bytes)
  pageStructSize!: number;
}

@ObjectType('VmemAltmap', { description: 'The part of the device that holds struct pages' })
class AltmapNode {
  @Field(() => Pages, { description: 'First page frame number' })
  basePfn!: number;

  @Field(() => Pages)
  reserve!: number;

  @Field(() => Pages)
  free!: number;

  @Field(() => Pages)
  allocated!: number;

  @Field(() => Pages, { description: 'Lost to alignment' })
  alignLoss!: number;
}

@ObjectType('Memmap', { description: 'Where the struct pages are, and what they take' })
class MemmapNode {
  @Field(() => Bytes)
  deviceBytes!: number;

  @Field(() => Bytes)
  dramBytes!: number;

  @Field(() => Bytes, { nullable: true })
  pageTableBytes!: number | null;
}

@ObjectType('Range', { description: 'A physical address range' })
class RangeNode {
  @Field(() => Address)
  start!: number;

  @Field(() => Bytes)
  size!: number;
}

@ObjectType('Verdict', { description: 'What one kernel would do with one device range' })
export class VerdictNode {
  @Field(() => ID)
  id!: string;

  @Field(() => Basis)
  basis!: string;

  @Field(() => Int, { description: 'Base page size of the target, in bytes' })
  pageSize!: number;

  @Field(() => Question)
  question!: string;

  @Field(() => String, { description: 'What was asked for: fsdax, devdax, raw or kmem' })
  mode!: string;

  @Field(() => Bytes, { nullable: true, description: "What was asked for; null: the kernel's default" })
  align!: number | null;

  @Field(() => Outcome)
  outcome!: string;

  @Field(() => String, { description: 'Reason code; "OK" when there is nothing to say' })
  reason!: string;

  @Field(() => String, { description: 'The verdict in one sentence' })
  sentence!: string;

  @Field(() => String)
  engineVersion!: string;

  @Field(() => Json)
  facts!: Result['facts'];

  @Field(() => Int, { nullable: true })
  errno!: number | null;

  @Field(() => String, { nullable: true, description: "The kernel's message; null where it prints none" })
  message!: string | null;

  @Field(() => [String], { description: 'Inputs that are missing; only with UNKNOWN' })
  missing!: readonly string[];

  @Field(() => [StepNode], { complexity: listCost(10) })
  steps!: readonly StepNode[];

  @Field(() => InfoBlockNode, { nullable: true })
  infoBlock!: InfoBlockNode | null;

  @Field(() => AltmapNode, { nullable: true })
  altmap!: AltmapNode | null;

  @Field(() => MemmapNode, { nullable: true })
  memmap!: MemmapNode | null;

  @Field(() => RangeNode, { nullable: true, description: 'What is left for data' })
  usable!: RangeNode | null;

  @Field(() => Bytes, { nullable: true, description: 'Bytes of the namespace that cannot be used for data' })
  lostBytes!: number | null;
}

/** A row and its result in one: the result's own outcome and reason are the row's. */
export function verdictNodeOf({ result, ...row }: VerdictRow): VerdictNode {
  return { ...result, ...row };
}
