import { endOf, isAligned } from './align.ts';
import { capability } from './capability.ts';
import { claim } from './claims.ts';
import type { Draft, Ending } from './draft.ts';
import { capabilitiesFor, capabilitiesGate, configIncomplete, structPageGate } from './gates.ts';
import { COMPAT_ALIGN } from './kernel.ts';
import { failureEnding, memremapPages } from './memremap.ts';
import type { Stage } from './types.ts';

/** nd_pmem on a namespace without info block: a plain mapping, or struct pages in DRAM where the region asks for them. */
export function attachRaw(draft: Draft, stage: Stage): Ending {
  const { kernel, request, state } = draft;
  const { range } = request;
  const attach = capability(kernel.config, 'raw-attach');
  if (attach.missing.length === 1 && attach.missing[0] === 'ND_CLAIM') {
    const facts = { symbols: 'CONFIG_ND_CLAIM' };
    draft.check('NO_RAW_DRIVER', false, facts);
    return { outcome: 'refused', reason: 'NO_RAW_DRIVER', facts, errno: 6, stage };
  }
  const gate =
    capabilitiesGate(draft, capabilitiesFor(kernel.config, { ...request, mode: 'raw' })) ??
    rawAlignment(draft, stage) ??
    claim(draft, range, stage);
  if (gate !== null) return gate;
  const pages = rawGetsPages(draft);
  if (pages === null) return configIncomplete(capability(kernel.config, 'raw-pages').unknown);
  return pages ? withPages(draft, stage) : plain(draft, stage, state);
}

function plain(draft: Draft, stage: Stage, state: Draft['state']): Ending {
  const { range } = draft.request;
  const { vaBits } = draft.kernel;
  const facts = { size: range.size, space: vaBits === null ? null : 2 ** (vaBits - 1) };
  if (!draft.check('RAW_NO_SPACE', facts.space === null || range.size < facts.space, facts))
    return { outcome: 'refused', reason: 'RAW_NO_SPACE', facts, errno: 6, stage };
  state.live.push({ owner: 0, region: range, mapped: null, altmap: null, firstPage: range.start });
  return { outcome: 'ok', reason: 'RAW_OK', facts: { usable: range.size } };
}

function withPages(draft: Draft, stage: Stage): Ending {
  const { kernel, request, state } = draft;
  const { range } = request;
  const unsure = structPageGate(draft);
  if (unsure !== null) return unsure;
  const failure = memremapPages(draft, { range, altmap: null, compound: kernel.pages.page });
  if (failure !== null) return failureEnding(failure, stage);
  state.live.push({ owner: draft.owner ?? 0, region: range, mapped: range, altmap: null, firstPage: range.start });
  return { outcome: 'ok', reason: 'RAW_WITH_PAGES', facts: { dram: draft.dramOf(range), usable: range.size } };
}

/** pmem_should_map_pages(); null where the config is a fragment that does not decide. */
function rawGetsPages({ kernel, request }: Draft): boolean | null {
  if (request.provider === 'nfit' || request.provider === 'cxl') return false;
  const { state } = capability(kernel.config, 'raw-pages');
  return state === 'unknown' ? null : state === 'yes';
}

/** nvdimm_namespace_common_probe(): a namespace that would get pages raw must be aligned, whatever lies on it. */
export function rawAlignment(draft: Draft, stage: Stage): Ending | null {
  if (rawGetsPages(draft) !== true) return null;
  const { start } = draft.request.range;
  const end = endOf(draft.request.range);
  const facts = { start, end, required: COMPAT_ALIGN };
  if (draft.check('RAW_MISALIGNED', isAligned(start, COMPAT_ALIGN) && isAligned(end, COMPAT_ALIGN), facts)) return null;
  const resource = `[mem 0x${start.toString(16)}-0x${(end - 1).toString(16)} flags 0x200]`;
  const message = `${resource} misaligned, unable to map`;
  draft.say(`nd_pmem ${draft.names.namespace}: ${message}`);
  return { outcome: 'refused', reason: 'RAW_MISALIGNED', facts, errno: 95, message, stage };
}
