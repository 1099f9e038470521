import { judge, kernelOf, type MemoryMap, type PlugRequest, type PlugResult, type Target } from '@altmap/vmemmap';
import type { DeviceRange } from './assessment.ts';

export interface MadeAnewAnswer {
  readonly request: PlugRequest;
  readonly result: PlugResult;
}

const RANK: Readonly<Record<PlugResult['outcome'], number>> = {
  ok: 0,
  'ok-dram': 1,
  unknown: 2,
  refused: 3,
  unsupported: 4,
  oops: 5,
};

/**
 * A new namespace with map=dev over the range, at the best alignment that the target offers: the best outcome, then the
 * most usable bytes, then the larger alignment (huge mappings). A devdax range stays devdax, all others become fsdax.
 */
export function judgeMadeAnew(target: Target, map: MemoryMap, range: DeviceRange): MadeAnewAnswer {
  const mode = range.mode === 'devdax' || range.mode === 'kmem' ? 'devdax' : 'fsdax';
  const answers = kernelOf(target).alignments.map((align): MadeAnewAnswer => {
    const request: PlugRequest = {
      range: { start: range.start, size: range.size },
      provider: range.provider,
      mode,
      map: 'dev',
      align,
      infoBlock: null,
    };
    return { request, result: judge(target, map, request) };
  });
  const [best] = answers.sort(better);
  if (best === undefined) throw new Error('every kernel offers at least its page size as alignment');
  return best;
}

function better(a: MadeAnewAnswer, b: MadeAnewAnswer): number {
  const byOutcome = RANK[a.result.outcome] - RANK[b.result.outcome];
  if (byOutcome !== 0) return byOutcome;
  const bySize = (b.result.usable?.size ?? 0) - (a.result.usable?.size ?? 0);
  return bySize !== 0 ? bySize : (b.request.align ?? 0) - (a.request.align ?? 0);
}
