import { alignDown, endOf, overlaps } from './align.ts';
import type { Altmap } from './altmap.ts';
import type { Draft, Ending } from './draft.ts';
import { removalFault } from './removal.ts';
import type { Range } from './types.ts';

/** Capacity lost beyond this share of the range is worth a warning. */
const NOTABLE_LOSS = 0.1;

/** A mapping that came up: it becomes a live device, and what is to be said of it is said. */
export function cameUp(draft: Draft): Ending {
  const { kernel, request, setup, state } = draft;
  const mapped = setup?.mapped ?? request.range;
  const altmap = setup?.altmap ?? null;
  const firstPage = altmap === null ? mapped.start : altmap.dataPfn * kernel.pages.page;
  const device = { owner: draft.owner ?? 0, region: request.range, mapped, altmap, firstPage };
  state.live.push(device);
  const usable = setup?.usable ?? request.range;
  const lost = request.range.size - usable.size;
  warnOfLoss(draft, usable.size, lost);
  warnOfSharedTails(draft, mapped, altmap);
  warnOfNeighbours(draft, mapped);
  const fault = removalFault(kernel, state, device);
  if (fault !== null) draft.warn('REMOVAL_OOPS', { address: fault });
  const oopsOnRemoval = fault !== null;
  if (altmap !== null && !kernel.is('altmapHonoured')) {
    const facts = { dram: draft.dramOf(mapped), lost };
    return { outcome: 'ok-dram', reason: 'ALTMAP_IGNORED', facts, oopsOnRemoval };
  }
  return { outcome: 'ok', reason: 'OK', facts: { usable: usable.size }, oopsOnRemoval };
}

function warnOfLoss(draft: Draft, usable: number, lost: number): void {
  const { infoBlock, request } = draft;
  if (infoBlock === null) return;
  const { dataoff, endTrunc } = infoBlock;
  const { size } = request.range;
  if (usable === 0) draft.warn('ZERO_SIZE', { dataoff, endTrunc });
  else if (lost > size * NOTABLE_LOSS) draft.warn('CAPACITY_LOST', { lost, size, dataoff, endTrunc });
}

function warnOfSharedTails(draft: Draft, mapped: Range, altmap: Altmap | null): void {
  const { align, kernel, request } = draft;
  if (request.mode === 'fsdax' || altmap !== null || align === null || align <= kernel.pages.page) return;
  if (kernel.knows('daxMemmapShared') === false) return;
  const shared = Math.ceil(mapped.size / align) * 2 * kernel.pages.page;
  draft.warn('DAX_MEMMAP_SHARED', { align, shared, full: draft.dramOf(mapped) });
  if (kernel.knows('daxMemmapShared') === true) draft.sharedDram = shared;
}

/** Devices of the memory map that this machine has not attached itself: whether they have struct pages is not known. */
function warnOfNeighbours(draft: Draft, mapped: Range): void {
  const { kernel, request, state } = draft;
  const { physical } = state;
  const { block, section } = kernel.sparseGeometry;
  const before = { start: alignDown(mapped.start, block), size: mapped.start % block };
  const after = { start: endOf(mapped), size: (block - (endOf(mapped) % block)) % block };
  const near = new Set([before, after].flatMap((part) => (part.size > 0 ? physical.claims.meeting(part) : [])));
  for (const claim of near) {
    const hotplugged = physical.hotplugged.meets(claim);
    const device = claim.kind === 'namespace' || claim.kind === 'dax' || hotplugged;
    if (!device || overlaps(claim, request.range)) continue;
    const home = { start: alignDown(claim.start, section), size: section };
    if (state.bootMemory.meets(home)) continue;
    draft.warn('SHARED_VMEMMAP_PAGE', { neighbour: claim.name, address: claim.start });
  }
}
