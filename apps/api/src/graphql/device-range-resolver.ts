import type { FleetReader, VerdictFilter, VerdictRow } from '@altmap/core';
import { ArgsType, Context, Field, ID, Int, ObjectType, Parent, ResolveField, Resolver } from '@nestjs/graphql';
import DataLoader from 'dataloader';
import { ArgsOf } from './args-of.ts';
import { listCost } from './connection.ts';
import { Basis, Outcome, Question, type ValueOf } from './enums.ts';
import { given } from './given.ts';
import type { GraphContext } from './graph-context.ts';
import { grouped } from './in-order.ts';
import { Address, Bytes } from './scalars.ts';
import { VerdictNode, verdictNodeOf } from './verdict-node.ts';

@ObjectType('DeviceRange', { description: 'A piece of device memory that a report shows' })
export class DeviceRangeNode {
  @Field(() => ID)
  id!: string;

  @Field(() => String, { description: 'Kernel name: namespace0.0, region1, dax0.0' })
  name!: string;

  @Field(() => String, { nullable: true })
  region!: string | null;

  @Field(() => Address)
  start!: number;

  @Field(() => Bytes)
  size!: number;

  @Field(() => String, { description: 'Who brings it: nfit, of, virtio, cxl, hmem or unknown' })
  provider!: string;

  @Field(() => String, { nullable: true, description: 'fsdax, devdax, raw, sector or kmem' })
  mode!: string | null;

  @Field(() => String, { nullable: true, description: 'Where its struct pages are: dev or mem' })
  map!: string | null;

  @Field(() => Bytes, { nullable: true })
  align!: number | null;
}

@ArgsType()
class VerdictArgs {
  @Field(() => [Basis], { nullable: true })
  basis?: ValueOf<typeof Basis>[] | null;

  @Field(() => [Int], { nullable: true, description: 'Base page sizes of the target, in bytes' })
  pageSize?: number[] | null;

  @Field(() => [Question], { nullable: true })
  question?: ValueOf<typeof Question>[] | null;

  @Field(() => [Outcome], { nullable: true })
  outcome?: ValueOf<typeof Outcome>[] | null;
}

interface VerdictKey {
  readonly rangeId: string;
  readonly filter: VerdictFilter;
}

/** One query for each filter that the document names, however many ranges there are. */
export function createVerdictsByRange(fleet: FleetReader): DataLoader<VerdictKey, VerdictRow[], string> {
  const filterKey = ({ filter }: VerdictKey): string => JSON.stringify(filter);
  const load = async (keys: readonly VerdictKey[]): Promise<VerdictRow[][]> => {
    const answers = new Map<VerdictKey, VerdictRow[]>();
    for (const some of Map.groupBy(keys, filterKey).values()) {
      const ids = some.map((key) => key.rangeId);
      const rows = await fleet.verdictsByDeviceRanges(ids, some[0]?.filter ?? {});
      const lists = grouped(ids, rows, (row) => row.deviceRangeId);
      some.forEach((key, index) => answers.set(key, lists[index] ?? []));
    }
    return keys.map((key) => answers.get(key) ?? []);
  };
  return new DataLoader(load, { cacheKeyFn: (key) => `${key.rangeId} ${filterKey(key)}` });
}

@Resolver(() => DeviceRangeNode)
export class DeviceRangeResolver {
  @ResolveField(() => [VerdictNode], { complexity: listCost(4) })
  async verdicts(
    @Parent() range: DeviceRangeNode,
    @ArgsOf(() => VerdictArgs) args: VerdictArgs,
    @Context() { loaders }: GraphContext,
  ): Promise<VerdictNode[]> {
    const { basis, pageSize, question, outcome } = args;
    const filter = given({ basis, pageSize, question, outcome });
    return (await loaders.verdictsByRange.load({ rangeId: range.id, filter })).map(verdictNodeOf);
  }
}
