import {
  capability,
  createInfoBlock,
  type InfoBlock,
  judge,
  kernelOf,
  type MemoryMap,
  type PageSize,
  type PlugRequest,
  type PlugResult,
  type Target,
} from '@altmap/vmemmap';
import type { DeviceRange } from './assessment.ts';

/** What a running host shows of the info block of a range; the block itself is seldom readable. Bytes. */
export interface ObservedBlock {
  /** Whether a block lies there at all; null where the running kernel does not look, or does not tell. */
  readonly formatted: boolean | null;
  readonly dataoff: number | null;
  readonly endTrunc: number | null;
  /** Page size that made it, where something tells. */
  readonly pageSize: PageSize | null;
}

export interface AsIsAnswer {
  readonly request: PlugRequest;
  readonly result: PlugResult;
}

/**
 * Boots a target over what lies on the medium. The page size that made an info block is recorded in it but shown nowhere:
 * every page size that explains what is seen is tried, and the answer is `unknown` where they disagree.
 *
 * @param makers targets under which the block may have been made, by page size
 */
export function judgeAsIs(
  target: Target,
  makers: readonly Target[],
  map: MemoryMap,
  range: DeviceRange,
  observed: ObservedBlock,
): AsIsAnswer | null {
  const { mode, name, provider } = range;
  if (mode === 'sector') return null;
  const base = { range: { start: range.start, size: range.size }, provider };
  const raw: PlugRequest = { ...base, mode: 'raw', map: 'mem', align: null, infoBlock: null };
  if (mode === null || mode === 'raw') {
    const result = judge(target, map, raw);
    const isRaw = observed.formatted === false || (mode === 'raw' && !readsBlocks(target));
    const missing = `whether an info block lies on ${name} (ndctl read-infoblock -j)`;
    return { request: raw, result: isRaw ? result : undecided(result, missing) };
  }
  const requests = candidateBlocks(makers, range, observed).map(
    (infoBlock): PlugRequest => ({ ...base, mode, map: infoBlock.map, align: infoBlock.align, infoBlock }),
  );
  const answers = requests.map((request) => ({ request, result: judge(target, map, request) }));
  const [first] = answers;
  if (first === undefined) {
    const request: PlugRequest = { ...base, mode, map: range.map ?? 'dev', align: range.align, infoBlock: null };
    const result = judge(target, map, request);
    // A kernel without the driver reads no block, so it does not matter which one lies there.
    if (result.outcome === 'unsupported') return { request, result };
    return { request, result: undecided(result, `the info block of ${name} (ndctl read-infoblock -j)`) };
  }
  const { outcome, reason } = first.result;
  if (answers.every(({ result }) => result.outcome === outcome && result.reason === reason)) return first;
  return { ...first, result: undecided(first.result, `the page size in the info block of ${name}`) };
}

/** A kernel without the pfn driver takes every namespace as raw. */
function readsBlocks({ config }: Target): boolean {
  return (['zone-device', 'pfn'] as const).every((name) => capability(config, name).state !== 'no');
}

/** Blocks that the makers would write for this range and that agree with all that is seen of it. */
function candidateBlocks(makers: readonly Target[], range: DeviceRange, observed: ObservedBlock): InfoBlock[] {
  const signature = range.mode === 'fsdax' ? 'pfn' : 'dax';
  const maps = range.map === null ? (['dev', 'mem'] as const) : [range.map];
  return makers
    .filter((maker) => observed.pageSize === null || maker.pageSize === observed.pageSize)
    .map((maker) => kernelOf(maker))
    .flatMap((kernel) =>
      kernel.alignments
        .filter((align) => range.align === null || range.align === align)
        .flatMap((align) => maps.map((map) => createInfoBlock(kernel, range, signature, map, align).block)),
    )
    .filter((block) => block !== null)
    .filter((block) => observed.dataoff === null || block.dataoff === observed.dataoff)
    .filter((block) => observed.endTrunc === null || block.endTrunc === observed.endTrunc);
}

function undecided(result: PlugResult, missing: string): PlugResult {
  return {
    ...result,
    outcome: 'unknown',
    reason: 'UNDECIDED',
    facts: { missing },
    errno: null,
    bindErrno: null,
    stage: null,
    message: null,
    messages: [],
    missing: [missing],
    usable: null,
    lostBytes: null,
    memmap: null,
    altmap: null,
  };
}
