import { isAligned, MIB } from './align.ts';
import { treeOfTarget } from './behaviours.ts';
import { type Capability, capability, providerCapability } from './capability.ts';
import type { Draft, Ending } from './draft.ts';
import { MIN_NAMESPACE } from './kernel.ts';
import type { KernelConfig, PlugRequest } from './types.ts';

/** ndctl's and the kernel's alignment of a region: 16 MiB unless the region is smaller (drivers/nvdimm/region_devs.c). */
const REGION_ALIGN = 16 * MIB;

/** Gates before any device is touched: release and config. Null where the way is free. */
export function capabilityGate(draft: Draft): Ending | null {
  const { kernel, request } = draft;
  const { config } = kernel;
  const { release } = kernel.target;
  if (treeOfTarget(kernel.target) !== 'vendor' && kernel.knows('archHotremove') === false) {
    const facts = { release: release.raw };
    draft.check('NO_ARCH_HOTREMOVE', false, facts);
    return { outcome: 'unsupported', reason: 'NO_ARCH_HOTREMOVE', facts, stage: 'no-seed' };
  }
  return capabilitiesGate(draft, capabilitiesFor(config, request)) ?? structPageGate(draft);
}

/** What a config must offer for a request, in the order in which the kernel misses it, each with the reason if it is not there. */
export function capabilitiesFor(
  config: KernelConfig,
  request: PlugRequest,
): readonly (readonly [string, Capability])[] {
  const provider = ['NO_PROVIDER_DRIVER', providerCapability(config, request.provider, request.volatile)] as const;
  if (request.mode === 'raw') return [['NO_RAW_DRIVER', capability(config, 'raw-attach')], provider];
  const withoutNamespace = request.provider === 'hmem' || request.volatile === true;
  const wanted: (readonly [string, Capability])[] = [['NO_ZONE_DEVICE', capability(config, 'zone-device')]];
  if (!withoutNamespace) wanted.push(['NO_PFN_DRIVER', capability(config, 'pfn')]);
  wanted.push(provider);
  if (request.mode !== 'fsdax')
    wanted.push(['NO_DEVDAX_DRIVER', capability(config, withoutNamespace ? 'hmem' : 'devdax')]);
  if (request.mode === 'kmem') wanted.push(['NO_KMEM_DRIVER', capability(config, 'kmem')]);
  return wanted;
}

export function capabilitiesGate(draft: Draft, wanted: readonly (readonly [string, Capability])[]): Ending | null {
  for (const [reason, found] of wanted) {
    if (found.state !== 'no') continue;
    const facts = { symbols: configNames(found.missing), provider: draft.request.provider };
    draft.check(reason, false, facts);
    return { outcome: 'unsupported', reason, facts, stage: 'no-seed' };
  }
  for (const [reason, found] of wanted) {
    if (found.state === 'yes') {
      draft.check(reason, true, { symbols: configNames(found.needs) });
      continue;
    }
    draft.step(reason, 'unknown', { symbols: configNames(found.unknown) });
    return configIncomplete(found.unknown);
  }
  return null;
}

/** A fragment that does not mention a symbol on which the answer depends. */
export function configIncomplete(symbols: readonly string[]): Ending {
  const missing = symbols.map((symbol) => `CONFIG_${symbol}`);
  return { outcome: 'unknown', reason: 'CONFIG_INCOMPLETE', facts: { symbols: missing.join(', ') }, missing };
}

export function structPageGate(draft: Draft): Ending | null {
  if (draft.kernel.structPage !== null) return null;
  draft.step('STRUCT_PAGE_UNKNOWN', 'unknown', {});
  return { outcome: 'unknown', reason: 'STRUCT_PAGE_UNKNOWN', missing: ['sizeof(struct page)'] };
}

/** The alignment in force; `kept` is what the seed device holds when the request is refused or absent. */
export function alignGate(draft: Draft, kept: number): Ending | null {
  const { kernel, request } = draft;
  const asked = request.align;
  if (kernel.hasThp === 'unknown' && asked !== kernel.pages.page) {
    const facts = { symbols: 'CONFIG_TRANSPARENT_HUGEPAGE' };
    return { outcome: 'unknown', reason: 'CONFIG_INCOMPLETE', facts, missing: ['CONFIG_TRANSPARENT_HUGEPAGE'] };
  }
  if (asked === null) {
    draft.align = kept;
    return null;
  }
  const offered = kernel.alignments.includes(asked);
  const facts = { requested: asked, align: offered ? asked : kept, offered: kernel.alignments.join(', ') };
  if (!draft.check('ALIGN_UNSUPPORTED', offered, facts)) draft.warnings.push({ code: 'ALIGN_UNSUPPORTED', facts });
  draft.align = facts.align;
  draft.alignRefused = !offered;
  return null;
}

/** What `ndctl create-namespace` refuses before it writes anything to the kernel. */
export function ndctlGate(draft: Draft): Ending | null {
  const { kernel, request } = draft;
  if (request.via !== 'ndctl') return null;
  const { size } = request.range;
  const refuse = (reason: string, facts: Ending['facts']): Ending => {
    draft.check(reason, false, facts ?? {});
    return { outcome: 'refused', reason, facts: facts ?? {}, stage: 'ndctl' };
  };
  if (request.align !== null && !kernel.alignments.includes(request.align))
    return refuse('NDCTL_ALIGN_UNSUPPORTED', { align: request.align, offered: kernel.alignments.join(', ') });
  const small = size < REGION_ALIGN && kernel.knows('smallRegionAlignIsPage') !== false;
  const regionAlign = small ? kernel.pages.page : REGION_ALIGN;
  if (!isAligned(size, regionAlign)) return refuse('NDCTL_REGION_ALIGN', { size, regionAlign });
  const align = ndctlAlign(request, kernel.defaultAlign, kernel.pages.page);
  if (!isAligned(size, align)) return refuse('NDCTL_SIZE_ALIGN', { size, align });
  return null;
}

/** ndctl takes the kernel's default, but the page size where the region does not start at a multiple of it. */
export function ndctlAlign(request: PlugRequest, defaultAlign: number, page: number): number {
  if (request.align !== null) return request.align;
  return isAligned(request.range.start, defaultAlign) ? defaultAlign : page;
}

/** Gates of the namespace itself: region alignment (DIMM-backed regions) and the minimal size. */
export function namespaceGate(draft: Draft): Ending | null {
  const { kernel, request } = draft;
  const { start, size } = request.range;
  const { page } = kernel.pages;
  if (request.provider === 'nfit' || request.provider === 'cxl') {
    const facts = { start, size, page };
    const pass = isAligned(start, page) && isAligned(size, page);
    if (!draft.check('REGION_MISALIGNED', pass, facts))
      return {
        outcome: 'refused',
        reason: 'REGION_MISALIGNED',
        facts,
        errno: 22,
        stage: 'no-seed',
        message: `mapping0 is not ${page} aligned`,
      };
  }
  const facts = { size, minimum: MIN_NAMESPACE };
  if (!draft.check('NAMESPACE_TOO_SMALL', size >= MIN_NAMESPACE, facts))
    return { outcome: 'refused', reason: 'NAMESPACE_TOO_SMALL', facts, errno: 6, stage: 'namespace' };
  return null;
}

function configNames(symbols: readonly string[]): string {
  return symbols.map((symbol) => `CONFIG_${symbol}`).join(', ');
}
