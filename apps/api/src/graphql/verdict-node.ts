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

@ObjectType('Remark', { description: 'Something that should be told beside the outcome, with its numbers' })
class RemarkNode {
  @Field(() => String, { description: 'A reason code' })
  code!: string;

  @Field(() => Json)
  facts!: Result['facts'];
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

@ObjectType('Range', { description: 'A physical address range' })
class RangeNode {
  @Field(() => Address)
  start!: number;

  @Field(() => Bytes)
  size!: number;
}

@ObjectType('MemmapRun', { description: 'A run of struct pages' })
class MemmapRunNode {
  @Field(() => Address, { nullable: true, description: 'First byte that holds them; null in DRAM' })
  start!: number | null;

  @Field(() => Bytes)
  size!: number;

  @Field(() => String, { description: 'device, neighbour (the range of another device), dram or boot (already paid)' })
  where!: string;

  @Field(() => String, { description: 'How it is mapped: pte or pmd' })
  leaf!: string;

  @Field(() => RangeNode, { description: 'Whose struct pages they are' })
  covers!: RangeNode;
}

@ObjectType('Memmap', { description: 'Where the struct pages are, and what they take' })
class MemmapNode {
  @Field(() => Bytes)
  deviceBytes!: number;

  @Field(() => Bytes)
  dramBytes!: number;

  @Field(() => Bytes, { nullable: true, description: 'DRAM for page tables, at most; null where an input is missing' })
  pageTableBytes!: number | null;

  @Field(() => Bytes, { nullable: true, description: 'The same at least, where the two bounds differ' })
  pageTableBytesMin?: number | null;

  @Field(() => [MemmapRunNode], { complexity: listCost(4) })
  runs!: readonly MemmapRunNode[];
}

@ObjectType('LayoutPiece', { description: 'What lies where in the range: the pieces are in order and fill it' })
class LayoutPieceNode {
  @Field(() => String, { description: 'start-pad, info-block, memmap, reserved, data, end-trunc or raw' })
  kind!: string;

  @Field(() => Address)
  start!: number;

  @Field(() => Bytes)
  size!: number;
}

@ObjectType('Kmem', { description: 'What kmem makes of the data area' })
class KmemNode {
  @Field(() => RangeNode, { nullable: true })
  range!: RangeNode | null;

  @Field(() => Bytes, { description: 'Size of a memory block' })
  blockSize!: number;

  @Field(() => Int, { description: 'Memory blocks' })
  blocks!: number;

  @Field(() => Bytes, { description: 'Cut off because they fill no block' })
  cutBytes!: number;

  @Field(() => Int, { nullable: true })
  errno!: number | null;

  @Field(() => String)
  reason!: string;

  @Field(() => Boolean, { nullable: true, description: 'Whether the struct pages lie on the blocks; null if unknown' })
  memmapOnMemory!: boolean | null;

  @Field(() => Bytes)
  memmapDramBytes!: number;
}

@ObjectType('Price', { description: 'What a remedy costs against what was asked for; negative bytes are a gain' })
class PriceNode {
  @Field(() => Bytes, { description: 'Data bytes of the range that stay unused' })
  lostBytes!: number;

  @Field(() => Bytes, { description: 'DRAM for struct pages' })
  dramBytes!: number;

  @Field(() => Boolean, { description: 'What lies on the medium now has to be copied away before' })
  dataLost!: boolean;
}

@ObjectType('Remedy', { description: 'A change that makes it work, proved by the engine' })
class RemedyNode {
  @Field(() => String, { description: 'request, config or kernel' })
  kind!: string;

  @Field(() => String)
  summary!: string;

  @Field(() => String, { nullable: true, description: 'To copy; null where no command does it' })
  command!: string | null;

  @Field(() => String, { nullable: true, description: 'First upstream release that does it' })
  release!: string | null;

  @Field(() => PriceNode)
  price!: PriceNode;
}

@ObjectType('Verdict', { description: 'What one kernel would do with one device range' })
export class VerdictNode {
  @Field(() => ID)
  id!: string;

  @Field(() => Basis)
  basis!: string;

  @Field(() => String, { nullable: true, description: "Name of the policy's target, with basis PLANNED" })
  target!: string | null;

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

  @Field(() => Int, { nullable: true, description: "The kernel's own error number" })
  errno!: number | null;

  @Field(() => Int, { nullable: true, description: "What writing to the driver's bind file returns" })
  bindErrno!: number | null;

  @Field(() => String, { nullable: true, description: 'Where the request ended' })
  stage!: string | null;

  @Field(() => String, { nullable: true, description: "The kernel's message; null where it prints none" })
  message!: string | null;

  @Field(() => [String], { description: 'All lines that the kernel prints on the way' })
  messages!: readonly string[];

  @Field(() => [String], { description: 'Inputs that are missing; only with UNKNOWN' })
  missing!: readonly string[];

  @Field(() => [RemarkNode], { complexity: listCost(2), description: 'What holds in any case' })
  warnings!: readonly RemarkNode[];

  @Field(() => [RemarkNode], { complexity: listCost(2), description: 'What would fail too, were the first one mended' })
  also!: readonly RemarkNode[];

  @Field(() => Bytes, { nullable: true, description: 'Alignment that the kernel would use' })
  alignInForce!: number | null;

  @Field(() => Boolean, { description: 'The alignment that was asked for is not offered' })
  alignRefused!: boolean;

  @Field(() => Boolean, { description: 'Taking the device away again crashes the kernel' })
  oopsOnRemoval!: boolean;

  @Field(() => [StepNode], { complexity: listCost(10) })
  steps!: readonly StepNode[];

  @Field(() => [RemedyNode], { complexity: listCost(3), description: 'The nearest first' })
  remedies!: readonly RemedyNode[];

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

  @Field(() => [LayoutPieceNode], { complexity: listCost(6) })
  layout!: readonly LayoutPieceNode[];

  @Field(() => Bytes, { nullable: true, description: 'Section borders lie at its multiples' })
  sectionSize!: number | null;

  @Field(() => KmemNode, { nullable: true })
  kmem!: KmemNode | null;
}

/** For what an earlier engine, whose results are stored as they were, did not say yet. */
const UNSAID: Partial<Result> = {
  messages: [],
  warnings: [],
  also: [],
  alignRefused: false,
  oopsOnRemoval: false,
  layout: [],
};

/** A row and its result in one: the result's own outcome and reason are the row's. */
export function verdictNodeOf({ result, ...row }: VerdictRow): VerdictNode {
  const { align: alignInForce, ...said } = result;
  return { ...UNSAID, ...said, alignInForce, ...row };
}
