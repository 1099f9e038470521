import type { Change, DeviceChange, MemoryChange, ReportDiff, SymbolChange, SymbolState } from '@altmap/policy';
import { Field, Int, ObjectType, registerEnumType } from '@nestjs/graphql';
import { listCost } from './connection.ts';
import { Address, Bytes, Json } from './scalars.ts';

const SymbolStateEnum = { SET: 'set', NOT_SET: 'not-set', ABSENT: 'absent' } as const;
registerEnumType(SymbolStateEnum, {
  name: 'SymbolStateKind',
  valuesMap: {
    SET: { description: 'It has a value' },
    NOT_SET: { description: 'A line says "is not set"' },
    ABSENT: { description: 'No line: n in a whole config, nothing in a fragment' },
  },
});

const ChangeKind = { ADDED: 'added', REMOVED: 'removed', CHANGED: 'changed' } as const;
registerEnumType(ChangeKind, { name: 'ChangeKind' });

@ObjectType('SymbolState', { description: 'What a kernel config says of a symbol' })
export class SymbolStateNode {
  @Field(() => SymbolStateEnum)
  state!: SymbolState['state'];

  @Field(() => String, {
    nullable: true,
    description: 'As it stands in the config: y, m, 0x10, "text" with its quotes',
  })
  value!: string | null;
}

@ObjectType('SymbolDiff')
class SymbolDiffNode {
  @Field(() => String, { description: 'Without CONFIG_' })
  symbol!: string;

  @Field(() => SymbolStateNode)
  before!: SymbolChange['before'];

  @Field(() => SymbolStateNode)
  after!: SymbolChange['after'];
}

@ObjectType('ConfigDiff')
class ConfigDiffNode {
  @Field(() => Boolean, { description: 'Both are whole configs: what is absent is n' })
  complete!: boolean;

  @Field(() => [SymbolDiffNode], { complexity: listCost(50), description: 'By name' })
  changes!: readonly SymbolDiffNode[];
}

@ObjectType('MemoryChange', { description: 'An entry of /proc/iomem that only one side has' })
class MemoryChangeNode {
  @Field(() => ChangeKind)
  change!: MemoryChange['change'];

  @Field(() => Address)
  start!: number;

  @Field(() => Bytes)
  size!: number;

  @Field(() => String)
  name!: string;

  @Field(() => [String], { description: 'The entries that hold it, the outermost first' })
  within!: readonly string[];
}

@ObjectType('FieldChange')
class FieldChangeNode {
  @Field(() => String)
  field!: string;

  @Field(() => Json, { nullable: true })
  before!: string | number | null;

  @Field(() => Json, { nullable: true })
  after!: string | number | null;
}

@ObjectType('DeviceChange', { description: 'A device range that came, went or changed' })
class DeviceChangeNode {
  @Field(() => String)
  name!: string;

  @Field(() => ChangeKind)
  change!: DeviceChange['change'];

  @Field(() => [FieldChangeNode], { complexity: listCost(5) })
  fields!: DeviceChange['fields'];
}

@ObjectType('ReleaseChange')
class ReleaseChangeNode {
  @Field(() => String)
  before!: string;

  @Field(() => String)
  after!: string;
}

@ObjectType('PageSizeChange')
class PageSizeChangeNode {
  @Field(() => Int, { nullable: true })
  before!: number | null;

  @Field(() => Int, { nullable: true })
  after!: number | null;
}

@ObjectType('ReportDiff', { description: 'What differs between two reports' })
export class ReportDiffNode {
  @Field(() => ReleaseChangeNode, { nullable: true, description: 'null where it is the same' })
  release!: Change<string> | null;

  @Field(() => PageSizeChangeNode, { nullable: true, description: 'null where it is the same' })
  pageSize!: Change<number | null> | null;

  @Field(() => ConfigDiffNode, { nullable: true, description: 'null where not both reports have a config' })
  config!: ConfigDiffNode | null;

  @Field(() => [MemoryChangeNode], {
    nullable: true,
    complexity: listCost(20),
    description: 'null where not both reports have a memory map with addresses',
  })
  memoryMap!: readonly MemoryChangeNode[] | null;

  @Field(() => [DeviceChangeNode], { complexity: listCost(5) })
  devices!: readonly DeviceChangeNode[];
}

export function reportDiffNodeOf({ config, ...rest }: ReportDiff): ReportDiffNode {
  if (config === null) return { ...rest, config };
  const { complete, changes } = config;
  return { ...rest, config: { complete: complete.before && complete.after, changes } };
}
