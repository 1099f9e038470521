import { endOf, isAligned } from './align.ts';
import { cameUp } from './came-up.ts';
import { claim } from './claims.ts';
import type { Draft, Ending } from './draft.ts';
import { capabilityGate } from './gates.ts';
import type { PfnSetup } from './info-block.ts';
import { onlineKmem } from './kmem.ts';
import { linearMapOf } from './linear-map.ts';
import { failureEnding, memremapPages } from './memremap.ts';
import type { Range, Stage } from './types.ts';

/** dax_pmem and its child: the metadata, the dax region, then device_dax or kmem on it. */
export function attachDax(draft: Draft, setup: PfnSetup, align: number, stage: Stage): Ending {
  const { range } = draft.request;
  const metadata = { start: range.start, size: setup.usable.start - range.start };
  const busy = claim(draft, metadata, stage);
  if (busy !== null) return busy;
  const { usable } = setup;
  const misfit = daxRegion(draft, usable, align, stage);
  if (misfit !== null) return misfit;
  const facts = { ...usable };
  if (!draft.check('DAX_ZERO_SIZE', usable.size > 0, facts))
    return { outcome: 'refused', reason: 'DAX_ZERO_SIZE', facts, stage: 'dax-child' };
  const taken = claim(draft, usable, 'dax-child');
  if (taken !== null) return taken;
  const failure = memremapPages(draft, { range: setup.mapped, altmap: setup.altmap, compound: align });
  if (failure !== null && failure.outcome !== 'refused') return failureEnding(failure, stage);
  if (draft.request.mode === 'kmem') return giveToKmem(draft, failure === null ? setup : null, usable);
  return failure === null ? cameUp(draft) : failureEnding(failure, 'dax-child');
}

/** Memory without a namespace (soft reserved, volatile CXL): device-dax at the PMD size over the whole range. */
export function attachVolatile(draft: Draft): Ending {
  const { kernel, request } = draft;
  const { range } = request;
  const { pmd } = kernel.pages;
  draft.align = pmd;
  const gate = capabilityGate(draft) ?? daxRegion(draft, range, pmd, 'boot-probe') ?? claim(draft, range, 'dax-child');
  if (gate !== null) return gate;
  if (request.mode === 'kmem') return giveToKmem(draft, null, range);
  const failure = memremapPages(draft, { range, altmap: null, compound: pmd });
  return failure === null ? cameUp(draft) : failureEnding(failure, 'dax-child');
}

function daxRegion(draft: Draft, region: Range, align: number, stage: Stage): Ending | null {
  const facts = { ...region, align };
  const fits = isAligned(region.start, align) && isAligned(region.size, align);
  if (draft.check('DAX_REGION_MISALIGNED', fits, facts)) return null;
  return { outcome: 'refused', reason: 'DAX_REGION_MISALIGNED', facts, errno: 12, stage };
}

/** kmem takes the dax device over: a device-dax mapping that came up goes first. */
function giveToKmem(draft: Draft, mapping: PfnSetup | null, data: Range): Ending {
  const { kernel, names, request, state } = draft;
  if (mapping !== null)
    state.sparse.remove(mapping.mapped, kernel.is('altmapHonoured') ? mapping.altmap : null, state.dram);
  const { result, messages, missing, owner } = onlineKmem(kernel, state, request, data);
  draft.owner = owner;
  for (const message of messages) draft.say(`kmem ${names.dax}: ${message}`);
  const [limits] = linearMapOf(kernel, state.bootMemory).candidates;
  const reach = { end: endOf(data), limitStart: limits?.start ?? null, limitEnd: limits?.linearEnd ?? null };
  const facts = { ...data, block: result.blockSize, ...(result.reason === 'LINEAR_MAP' ? reach : {}) };
  if (result.errno !== null) {
    draft.check(result.reason, false, facts);
    return { outcome: 'refused', reason: result.reason, facts, errno: result.errno, stage: 'kmem', kmem: result };
  }
  if (result.cutBytes > 0) draft.warn('KMEM_CUT', { cut: result.cutBytes, block: result.blockSize });
  if (missing.length > 0)
    return { outcome: 'unknown', reason: 'UNDECIDED', facts: { missing: missing.join(', ') }, missing, kmem: result };
  const online = result.range?.size ?? 0;
  if (request.map === 'mem' || request.infoBlock?.map === 'mem' || mapping === null || result.memmapOnMemory === true)
    return { outcome: 'ok', reason: 'OK', facts: { usable: online }, kmem: result };
  const dram = { online, dram: result.memmapDramBytes };
  return { outcome: 'ok-dram', reason: 'KMEM_MEMMAP_IN_DRAM', facts: dram, kmem: result };
}
