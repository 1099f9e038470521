import { capability } from './capability.ts';
import { cameUp } from './came-up.ts';
import { claim, headOf } from './claims.ts';
import { attachDax } from './dax-driver.ts';
import type { Draft, Ending } from './draft.ts';
import { capabilityGate } from './gates.ts';
import { createInfoBlock, readInfoBlock, setupPfn, validateInfoBlock } from './info-block.ts';
import { failureEnding, memremapPages } from './memremap.ts';
import { attachRaw, rawAlignment } from './raw-driver.ts';
import type { InfoBlock, Stage } from './types.ts';

/** A new namespace, its gates passed: nd_pfn_init() writes the info block, then it is mapped. */
export function createNamespace(draft: Draft, align: number): Ending {
  const { kernel, names, request } = draft;
  const { range } = request;
  const busy = claim(draft, headOf(kernel, range), 'bind');
  if (busy !== null) return busy;
  const signature = request.mode === 'fsdax' ? 'pfn' : 'dax';
  const { block, facts, refusal, wrapped } = createInfoBlock(kernel, range, signature, request.map, align);
  const misaligned = refusal?.reason === 'START_MISALIGNED';
  draft.check('START_MISALIGNED', !misaligned, facts);
  if (!misaligned) draft.check('NO_ROOM', refusal === null, facts);
  if (refusal !== null) {
    const device = signature === 'pfn' ? `nd_pmem ${names.pfn}` : `dax_pmem ${names.dax}`;
    if (refusal.message !== null) draft.say(`${device}: ${names.namespace}${misaligned ? ':' : ''} ${refusal.message}`);
    return { outcome: 'refused', ...refusal, stage: 'bind' };
  }
  if (block === null) throw new Error('createInfoBlock gives a block or a refusal');
  draft.infoBlock = block;
  if (!wrapped) return mapNamespace(draft, block, 'bind');
  draft.check('NO_ROOM_WRAPPED', false, facts);
  return { outcome: 'refused', reason: 'NO_ROOM_WRAPPED', facts, errno: signature === 'pfn' ? 22 : 12, stage: 'bind' };
}

/** What the boot makes of an info block that it finds: nd_pfn_validate(), then the same way as a new one. */
export function attachNamespace(draft: Draft, found: InfoBlock): Ending {
  const { kernel, names, request } = draft;
  const stage = 'boot-probe';
  const blind = ['pfn', 'zone-device'] as const;
  const missing = blind.flatMap((name) => capability(kernel.config, name).missing);
  if (missing.length > 0) return attachUnseen(draft, missing);
  const gate =
    capabilityGate(draft) ?? rawAlignment(draft, stage) ?? claim(draft, headOf(kernel, request.range), stage);
  if (gate !== null) return gate;
  draft.infoBlock = found;
  draft.align = readInfoBlock(found, kernel.pages.page).align;
  for (const { facts, message, pass, reason } of validateInfoBlock(kernel, request.range, found)) {
    if (draft.check(reason, pass, facts)) continue;
    draft.say(`${found.signature === 'pfn' ? names.pfn : names.dax}: ${message}`);
    return { outcome: 'refused', reason, facts, errno: 95, message, stage };
  }
  return mapNamespace(draft, found, stage);
}

/** Without the pfn driver nobody looks for an info block: the namespace comes up raw, its data at the wrong place. */
function attachUnseen(draft: Draft, missing: readonly string[]): Ending {
  const raw = attachRaw(draft, 'boot-probe');
  if (raw.outcome !== 'ok') return raw;
  const facts = { symbols: missing.map((symbol) => `CONFIG_${symbol}`).join(', '), comesUpRaw: true };
  draft.check('NO_PFN_DRIVER', false, facts);
  return { outcome: 'unsupported', reason: 'NO_PFN_DRIVER', facts, stage: 'boot-probe' };
}

/** From a valid info block to struct pages: __nvdimm_setup_pfn(), the driver's claims, memremap_pages(). */
function mapNamespace(draft: Draft, infoBlock: InfoBlock, stage: Stage): Ending {
  const { kernel, names, request } = draft;
  const setup = setupPfn(kernel, request.range, infoBlock);
  draft.setup = setup;
  if (setup.message !== null) {
    draft.say(`nd_pmem ${names.pfn}: ${setup.message}`);
    draft.warn('PFNS_TRUNCATED', { before: infoBlock.npfns, after: setup.npfns });
  }
  if (infoBlock.signature === 'dax')
    return attachDax(draft, setup, readInfoBlock(infoBlock, kernel.pages.page).align, stage);
  const busy = claim(draft, request.range, stage);
  if (busy !== null) return busy;
  const failure = memremapPages(draft, { range: setup.mapped, altmap: setup.altmap, compound: kernel.pages.page });
  return failure === null ? cameUp(draft) : failureEnding(failure, stage);
}
