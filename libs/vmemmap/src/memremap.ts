import { endOf, isAligned, overlaps } from './align.ts';
import type { Altmap } from './altmap.ts';
import type { Draft, Ending } from './draft.ts';
import { type AddressLimits, linearMapOf, mayBeLowered, randomisationRisk } from './linear-map.ts';
import type { Facts, Range, Stage } from './types.ts';

export interface Mapping {
  readonly range: Range;
  readonly altmap: Altmap | null;
  /** Bytes of struct-page compounds that device-dax initialises; the page size for everything else. */
  readonly compound: number;
}

/** Null where the mapping came up; otherwise why it did not. */
export type MapFailure = {
  readonly outcome: 'refused' | 'oops' | 'unknown';
  readonly reason: string;
  readonly facts: Facts;
  readonly errno?: number;
  readonly message?: string | null;
  readonly missing?: readonly string[];
} | null;

/** memremap_pages() and what it calls, in order (mm/memremap.c). Changes the state also where it fails. */
export function memremapPages(draft: Draft, mapping: Mapping): MapFailure {
  const { kernel } = draft;
  const { range, altmap } = mapping;
  const limit = addressLimits(draft, range);
  if (limit !== null) return limit;
  return addPages(draft, mapping, altmap !== null && kernel.is('altmapHonoured') ? altmap : null);
}

function addressLimits(draft: Draft, range: Range): MapFailure {
  const { kernel, state } = draft;
  const { candidates, missing } = linearMapOf(kernel, state.bootMemory);
  const end = endOf(range);
  const first = candidates[0];
  if (first === undefined) return undecided(draft, 'LINEAR_MAP', missing, {});
  const within = (limits: AddressLimits) => range.start >= limits.start && end <= limits.linearEnd;
  const linear = agreement(candidates.map(within));
  const phys = agreement(candidates.map((limits) => end <= limits.physEnd));
  const facts = {
    start: range.start,
    end,
    limitStart: first.start,
    limitEnd: Math.min(first.linearEnd, first.physEnd),
  };

  if (kernel.is('mhpRangeChecked')) {
    const fits = agreement(candidates.map((limits) => within(limits) && end <= limits.physEnd));
    if (fits === null) return undecided(draft, 'LINEAR_MAP', missing, facts);
    const reason = phys === false ? 'PHYS_BITS' : 'LINEAR_MAP';
    const all = { ...facts, limit: first.physEnd };
    const below = !fits && range.start < first.start && end <= Math.min(first.linearEnd, first.physEnd);
    if (below && mayBeLowered(kernel) !== false)
      return undecided(draft, 'LINEAR_MAP', ['where KASLR puts the linear map (nokaslr)'], all);
    if (draft.check(reason, fits, all)) return null;
    const message = `Hotplug memory [${hex(range.start)}-${hex(end)}] exceeds maximum addressable range [${hex(first.start)}-${hex(Math.min(first.linearEnd, first.physEnd) - 1)}]`;
    return { outcome: 'refused', reason, facts: all, errno: 22, message };
  }

  if (kernel.is('linearRangeCheckedInArch')) {
    if (linear === null) return undecided(draft, 'LINEAR_MAP', missing, facts);
    const message = `[${range.start.toString(16)} ${end.toString(16)}] is outside linear mapping region`;
    if (!draft.check('LINEAR_MAP', linear, facts))
      return { outcome: 'refused', reason: 'LINEAR_MAP', facts, errno: 22, message };
    const risk = randomisationRisk(kernel, state.bootMemory, range, first);
    if (risk === null || risk > 0.01)
      return undecided(draft, 'KASLR_RISK', ['where KASLR puts the linear map (nokaslr)'], facts);
    if (risk > 0) draft.warn('KASLR_RISK', { oneIn: Math.round(1 / risk) });
  }
  if (phys === null) return undecided(draft, 'PHYS_BITS', missing, facts);
  const physFacts = { end, limit: first.physEnd };
  if (!draft.check('PHYS_BITS', phys, physFacts))
    return {
      outcome: 'refused',
      reason: 'PHYS_BITS',
      facts: physFacts,
      errno: 7,
      message: 'Hotplugged memory exceeds maximum addressable address',
    };
  if (linear === null) return undecided(draft, 'LINEAR_MAP', missing, facts);
  if (!draft.check('LINEAR_MAP_UNCHECKED', linear, facts))
    return { outcome: 'oops', reason: 'LINEAR_MAP_UNCHECKED', facts };
  return null;
}

function addPages(draft: Draft, mapping: Mapping, source: Altmap | null): MapFailure {
  const { kernel, state } = draft;
  const { range, altmap } = mapping;
  const { page } = kernel.pages;
  const pages = range.size / page;
  if (altmap !== null) {
    const taken = altmap.reserve + altmap.free;
    const facts = { pages: taken, room: pages };
    if (!draft.check('ALTMAP_INVALID', taken <= pages, facts))
      return {
        outcome: 'refused',
        reason: 'ALTMAP_INVALID',
        facts,
        errno: 22,
        message: 'memory add fail, invalid altmap',
      };
  }
  const touchedNomap = state.unmappedNomap.find((one) => overlaps(one, range));
  if (touchedNomap !== undefined) {
    draft.check('NOMAP_OVERLAP', false, { ...touchedNomap });
    return { outcome: 'oops', reason: 'NOMAP_OVERLAP', facts: { ...touchedNomap } };
  }
  const owner = state.nextOwner();
  draft.owner = owner;
  const dramBefore = state.dram.used;
  const added = state.sparse.add(range, owner, source, state.dram);
  const numbers =
    source === null
      ? { dram: state.dram.used - dramBefore }
      : { free: source.free, allocated: source.allocated, alignLoss: source.alignLoss };
  if (added.earlyBytes > 0) draft.warn('EARLY_SECTION', { bytes: added.earlyBytes });
  if (added.error === 'EEXIST') {
    const nomap = added.failedChunk === null ? undefined : state.physical.nomap.meeting(added.failedChunk)[0];
    const where = { start: added.failedChunk?.start ?? range.start, size: added.failedChunk?.size ?? range.size };
    if (nomap !== undefined) state.unmappedNomap.push(range);
    const reason = nomap === undefined ? 'SUBSECTION_OCCUPIED' : 'NOMAP_OVERLAP';
    draft.check(reason, false, where);
    if (state.warnsOfReserved(source)) draft.say('failed to free all reserved pages');
    return { outcome: 'refused', reason, facts: where, errno: 17, message: null };
  }
  const reason = source === null ? 'DRAM_EXHAUSTED' : 'ALTMAP_EXHAUSTED';
  const facts = source === null ? { available: state.physical.dramBytes, ...numbers } : numbers;
  if (!draft.check(reason, added.error === null, facts)) {
    if (state.warnsOfReserved(source)) draft.say('failed to free all reserved pages');
    return { outcome: 'refused', reason, facts, errno: 12, message: null };
  }
  for (const neighbour of added.sharedWith) {
    const device = state.live.find((one) => one.owner === neighbour);
    const name = device === undefined ? 'a left-over of a failed attempt' : `the device at ${hex(device.region.start)}`;
    draft.warn('SHARED_VMEMMAP_PAGE', { neighbour: name, address: range.start });
  }
  const hole = state.sparse.firstMissing(range);
  const walked = { ...(hole === null ? {} : { address: hole }), start: range.start, end: endOf(range) };
  if (!draft.check('VMEMMAP_HOLE', hole === null, walked))
    return { outcome: 'oops', reason: 'VMEMMAP_HOLE', facts: walked };
  return compoundOverrun(draft, mapping);
}

/** memmap_init_zone_device() goes by whole compounds from the first page that it initialises. */
function compoundOverrun(draft: Draft, { range, altmap, compound }: Mapping): MapFailure {
  const { kernel, state } = draft;
  if (compound === kernel.pages.page) return null;
  const start = altmap === null ? range.start : altmap.dataPfn * kernel.pages.page;
  const length = endOf(range) - start;
  if (isAligned(length, compound) || !kernel.is('compoundDevmap')) return null;
  const overrun = { start: endOf(range), size: compound - (length % compound) };
  const foreign = state.bootMemory.meets(overrun) || state.live.some((one) => overlaps(one.region, overrun));
  const harmless = state.sparse.firstMissing(overrun) === null && !foreign;
  const facts = { start, length, align: compound, overrun: overrun.size, intoOthers: foreign };
  return draft.check('COMPOUND_OVERRUN', harmless, facts)
    ? null
    : { outcome: 'oops', reason: 'COMPOUND_OVERRUN', facts };
}

/** The ending of an attempt whose mapping failed. */
export function failureEnding(failure: NonNullable<MapFailure>, stage: Stage): Ending {
  const { outcome, reason, facts, errno = null, message = null, missing = [] } = failure;
  return { outcome, reason, facts, errno, message, missing, stage: outcome === 'unknown' ? null : stage };
}

function undecided(draft: Draft, code: string, missing: readonly string[], facts: Facts): MapFailure {
  draft.step(code, 'unknown', facts);
  return { outcome: 'unknown', reason: 'UNDECIDED', facts: { missing: missing.join(', ') }, missing };
}

function agreement(answers: readonly boolean[]): boolean | null {
  if (answers.every(Boolean)) return true;
  return answers.some(Boolean) ? null : false;
}

function hex(value: number): string {
  return `0x${value.toString(16)}`;
}
