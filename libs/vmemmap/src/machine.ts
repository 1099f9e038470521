import { endOf, isAligned, overlaps } from './align.ts';
import { Altmap } from './altmap.ts';
import { capability, providerCapability } from './capability.ts';
import { Draft, type Ending } from './draft.ts';
import {
  alignGate,
  capabilitiesGate,
  capabilityGate,
  namespaceGate,
  ndctlAlign,
  ndctlGate,
  structPageGate,
} from './gates.ts';
import { createInfoBlock, readInfoBlock, setupPfn, validateInfoBlock } from './info-block.ts';
import { COMPAT_ALIGN, type Kernel } from './kernel.ts';
import { planKmem } from './kmem.ts';
import { MemoryState } from './memory-state.ts';
import { type MapFailure, memremapPages } from './memremap.ts';
import type { PhysicalMap } from './physical-map.ts';
import type { Facts, KmemResult, PlugRequest, PlugResult, Range, Stage } from './types.ts';

/** Names that the kernel prints. The engine does not know them unless it is told. */
export interface DeviceNames {
  readonly namespace: string;
  readonly pfn: string;
  readonly dax: string;
}

export const UNNAMED: DeviceNames = { namespace: 'namespaceX.Y', pfn: 'pfnX.Y', dax: 'daxX.Y' };

export interface RemoveResult {
  readonly outcome: 'ok' | 'oops';
  readonly reason: string;
  readonly facts: Facts;
  readonly messages: readonly string[];
}

/**
 * One booted machine. Operations change its state as the kernel's do: what an attempt leaves behind is there for the
 * next one. Nothing is undone that the kernel does not undo.
 */
export class Machine {
  readonly kernel: Kernel;
  readonly state: MemoryState;
  /** Alignment that a region's seed device holds: a refused attempt leaves its own there. */
  private readonly seeds = new Map<string, number>();

  constructor(kernel: Kernel, physical: PhysicalMap, options: { readonly reference?: boolean } = {}) {
    this.kernel = kernel;
    this.state = new MemoryState(kernel, physical, options.reference ?? false);
  }

  /** Makes a new namespace (fsdax, devdax) and binds its driver; kmem goes on from devdax. */
  create(request: PlugRequest, names: DeviceNames = UNNAMED): PlugResult {
    const draft = new Draft(this.kernel, request);
    const result = this.finish(draft, this.tryCreate(draft, names), names);
    const bound =
      result.outcome === 'ok' ||
      result.outcome === 'ok-dram' ||
      result.stage === 'dax-child' ||
      result.stage === 'kmem';
    if (bound) this.seeds.delete(seedKey(request));
    return result;
  }

  /** What the boot makes of an info block that lies on the medium. */
  attach(request: PlugRequest, names: DeviceNames = UNNAMED): PlugResult {
    const draft = new Draft(this.kernel, request);
    return this.finish(draft, this.tryAttach(draft, names), names);
  }

  /** A namespace without info block, as the boot probes it (`stage` boot-probe) or a bind does. */
  raw(request: PlugRequest, names: DeviceNames = UNNAMED, stage: Stage = 'bind'): PlugResult {
    const draft = new Draft(this.kernel, request);
    return this.finish(draft, this.tryRaw(draft, names, stage), names);
  }

  /** Memory without a namespace (soft reserved, volatile CXL): device-dax over the whole range. */
  volatileDax(request: PlugRequest, names: DeviceNames = UNNAMED): PlugResult {
    const draft = new Draft(this.kernel, request);
    return this.finish(draft, this.tryVolatile(draft, names), names);
  }

  /** What kmem makes of a dax device whose data area is `request.range`; the memory is taken offline again. */
  kmem(request: PlugRequest): KmemResult {
    return planKmem(this.kernel, this.state, request, request.range).result;
  }

  /** Unbinds the device whose region starts at `start`. Null where none is attached. */
  remove(start: number): RemoveResult | null {
    const device = this.state.live.find((one) => one.region.start === start);
    if (device === undefined) return null;
    const oops = this.removalFault(start);
    if (oops !== null) return { outcome: 'oops', reason: 'REMOVAL_OOPS', facts: { address: oops }, messages: [] };
    this.state.live = this.state.live.filter((one) => one !== device);
    const messages: string[] = [];
    if (device.mapped !== null) {
      const source = device.altmap !== null && this.kernel.is('altmapHonoured') ? device.altmap : null;
      this.state.sparse.remove(device.mapped, source, this.state.dram);
      if (source !== null && source.outstanding !== 0 && !this.state.warnedReserved) {
        this.state.warnedReserved = true;
        messages.push('failed to free all reserved pages');
      }
    }
    return { outcome: 'ok', reason: 'OK', facts: {}, messages };
  }

  /** Address whose struct page removal would read although nothing is behind it; null where removal is safe. */
  removalFault(start: number): number | null {
    const device = this.state.live.find((one) => one.region.start === start);
    if (device === undefined || device.mapped === null) return null;
    const { sparse } = this.state;
    const first = sparse.firstMissing({ start: device.firstPage, size: 1 });
    if (first !== null) return first;
    const data = { start: device.firstPage, size: endOf(device.mapped) - device.firstPage };
    if (data.size <= 0) return null;
    const any = sparse.firstMissing(data);
    return any !== null && this.kernel.is('removalTouchesAllPages') ? any : null;
  }

  /** The alignment that the seed of a region would give a new namespace. */
  seedAlign(request: PlugRequest): number {
    return this.seeds.get(seedKey(request)) ?? this.kernel.defaultAlign;
  }

  private finish(draft: Draft, ending: Ending, names: DeviceNames): PlugResult {
    if (ending.outcome === 'refused') {
      const { message } = ending;
      if (typeof message === 'string' && !draft.messages.some((said) => said.endsWith(message))) draft.say(message);
      this.sayProbeFailed(draft, ending, names);
    }
    return draft.end(ending, this.state);
  }

  private tryCreate(draft: Draft, names: DeviceNames): Ending {
    const { kernel, request } = draft;
    const gate = capabilityGate(draft);
    if (gate !== null) return gate;
    const kept =
      request.via === 'ndctl' ? ndctlAlign(request, kernel.defaultAlign, kernel.pages.page) : this.seedAlign(request);
    const early = ndctlGate(draft) ?? alignGate(draft, kept);
    if (early !== null) return early;
    const align = draft.align ?? kept;
    this.seeds.set(seedKey(request), align);
    const tooSmall = namespaceGate(draft);
    if (tooSmall !== null) return tooSmall;

    const signature = request.mode === 'fsdax' ? 'pfn' : 'dax';
    const device = `${signature === 'pfn' ? 'nd_pmem' : 'dax_pmem'} ${signature === 'pfn' ? names.pfn : names.dax}`;
    const head = { start: request.range.start, size: Math.max(8192, kernel.pages.page) };
    const busy = this.claim(draft, head, 'bind');
    if (busy !== null) return busy;

    const made = createInfoBlock(kernel, request.range, signature, request.map, align);
    draft.check('START_MISALIGNED', made.refusal?.reason !== 'START_MISALIGNED', made.facts);
    if (made.refusal?.reason !== 'START_MISALIGNED') draft.check('NO_ROOM', made.refusal === null, made.facts);
    if (made.refusal !== null || made.block === null) {
      const { reason = 'NO_ROOM', errno = 6, message = null, facts = {} } = made.refusal ?? {};
      const glue = reason === 'START_MISALIGNED' ? `${names.namespace}: ` : `${names.namespace} `;
      if (message !== null) draft.say(`${device}: ${glue}${message}`);
      return { outcome: 'refused', reason, facts, errno, message, stage: 'bind' };
    }
    draft.infoBlock = made.block;
    if (made.wrapped) {
      draft.check('NO_ROOM_WRAPPED', false, made.facts);
      return {
        outcome: 'refused',
        reason: 'NO_ROOM_WRAPPED',
        facts: made.facts,
        errno: signature === 'pfn' ? 22 : 12,
        stage: 'bind',
      };
    }
    return this.mapNamespace(draft, 'bind');
  }

  private tryAttach(draft: Draft, names: DeviceNames): Ending {
    const { kernel, request } = draft;
    const { infoBlock: raw, range } = request;
    if (raw === null) return this.tryRaw(draft, names, 'boot-probe');
    if (capability(kernel.config, 'pfn').state === 'no' || capability(kernel.config, 'zone-device').state === 'no') {
      const asRaw = this.tryRaw(draft, names, 'boot-probe');
      if (asRaw.outcome !== 'ok' && asRaw.outcome !== 'ok-dram') return asRaw;
      const { missing } = capability(kernel.config, 'pfn');
      const symbols = (missing.length > 0 ? missing : capability(kernel.config, 'zone-device').missing).map(
        (symbol) => `CONFIG_${symbol}`,
      );
      const facts = { symbols: symbols.join(', '), comesUpRaw: true };
      draft.check('NO_PFN_DRIVER', false, facts);
      return { outcome: 'unsupported', reason: 'NO_PFN_DRIVER', facts, stage: 'boot-probe' };
    }
    const gate = capabilityGate(draft) ?? this.rawAlignment(draft, names, 'boot-probe');
    if (gate !== null) return gate;
    const head = { start: range.start, size: Math.max(8192, kernel.pages.page) };
    const busy = this.claim(draft, head, 'boot-probe');
    if (busy !== null) return busy;
    const block = readInfoBlock(raw, kernel.pages.page);
    draft.infoBlock = raw;
    draft.align = block.align;
    const device = raw.signature === 'pfn' ? names.pfn : names.dax;
    for (const check of validateInfoBlock(kernel, range, raw)) {
      if (draft.check(check.reason, check.pass, check.facts)) continue;
      draft.say(`${device}: ${check.message}`);
      return {
        outcome: 'refused',
        reason: check.reason,
        facts: check.facts,
        errno: 95,
        message: check.message,
        stage: 'boot-probe',
      };
    }
    return this.mapNamespace(draft, 'boot-probe', device);
  }

  /** From a valid info block to struct pages: __nvdimm_setup_pfn(), the driver's claims, memremap_pages(). */
  private mapNamespace(draft: Draft, stage: Stage, device = ''): Ending {
    const { kernel, request, infoBlock } = draft;
    if (infoBlock === null) throw new Error('mapNamespace needs an info block');
    const block = readInfoBlock(infoBlock, kernel.pages.page);
    const setup = setupPfn(kernel, request.range, infoBlock);
    draft.setup = setup;
    if (setup.message !== null) {
      draft.say(device === '' ? setup.message : `nd_pmem ${device}: ${setup.message}`);
      draft.warn('PFNS_TRUNCATED', { before: infoBlock.npfns, after: setup.npfns });
    }
    const { range } = request;
    if (block.signature === 'pfn') {
      const busy = this.claim(draft, range, stage);
      if (busy !== null) return busy;
      const failure = memremapPages(draft, this.state, {
        range: setup.mapped,
        altmap: setup.altmap,
        compound: kernel.pages.page,
      });
      return failure === null ? this.cameUp(draft) : failureEnding(failure, stage);
    }
    const metadata = { start: range.start, size: block.startPad + block.dataoff };
    const busy = this.claim(draft, metadata, stage);
    if (busy !== null) return busy;
    const region = { start: setup.usable.start, size: setup.usable.size, align: block.align };
    const fits = isAligned(region.start, region.align) && isAligned(region.size, region.align);
    if (!draft.check('DAX_REGION_MISALIGNED', fits, region))
      return { outcome: 'refused', reason: 'DAX_REGION_MISALIGNED', facts: region, errno: 12, stage };
    if (!draft.check('DAX_ZERO_SIZE', region.size > 0, region))
      return { outcome: 'refused', reason: 'DAX_ZERO_SIZE', facts: region, stage: 'dax-child' };
    const taken = this.claim(draft, setup.usable, 'dax-child');
    if (taken !== null) return taken;
    const failure = memremapPages(draft, this.state, {
      range: setup.mapped,
      altmap: setup.altmap,
      compound: block.align,
    });
    if (request.mode === 'kmem') return this.tryKmem(draft, failure);
    if (failure === null) return this.cameUp(draft);
    return failureEnding(failure, failure.outcome === 'oops' ? stage : 'dax-child');
  }

  private tryRaw(draft: Draft, names: DeviceNames, stage: Stage): Ending {
    const { kernel, request } = draft;
    const { range } = request;
    const attach = capability(kernel.config, 'raw-attach');
    if (attach.missing.includes('ND_CLAIM') && attach.missing.length === 1) {
      const facts = { symbols: 'CONFIG_ND_CLAIM' };
      draft.check('NO_RAW_DRIVER', false, facts);
      return { outcome: 'refused', reason: 'NO_RAW_DRIVER', facts, errno: 6, stage };
    }
    const gate = capabilitiesGate(draft, [
      ['NO_RAW_DRIVER', attach],
      ['NO_PROVIDER_DRIVER', providerCapability(kernel.config, request.provider)],
    ]);
    if (gate !== null) return gate;
    const misaligned = this.rawAlignment(draft, names, stage);
    if (misaligned !== null) return misaligned;
    const busy = this.claim(draft, range, stage);
    if (busy !== null) return busy;
    const pages = this.rawGetsPages(draft);
    if (pages === null) return unknownConfig(capability(kernel.config, 'raw-pages').unknown);
    if (!pages) {
      this.state.live.push({ owner: 0, region: range, mapped: null, altmap: null, firstPage: range.start });
      return { outcome: 'ok', reason: 'RAW_OK', facts: { usable: range.size } };
    }
    const unsure = structPageGate(draft);
    if (unsure !== null) return unsure;
    const failure = memremapPages(draft, this.state, { range, altmap: null, compound: kernel.pages.page });
    if (failure !== null) return failureEnding(failure, stage);
    const owner = draft.owner ?? 0;
    this.state.live.push({ owner, region: range, mapped: range, altmap: null, firstPage: range.start });
    return { outcome: 'ok', reason: 'RAW_WITH_PAGES', facts: { dram: this.dramOf(draft, range), usable: range.size } };
  }

  private tryVolatile(draft: Draft, names: DeviceNames): Ending {
    const { kernel, request } = draft;
    const gate = capabilityGate(draft);
    if (gate !== null) return gate;
    const { range } = request;
    const facts = { ...range, align: kernel.pages.pmd };
    const fits = isAligned(range.start, kernel.pages.pmd) && isAligned(range.size, kernel.pages.pmd);
    draft.align = kernel.pages.pmd;
    if (!draft.check('DAX_REGION_MISALIGNED', fits, facts))
      return { outcome: 'refused', reason: 'DAX_REGION_MISALIGNED', facts, errno: 12, stage: 'boot-probe' };
    const busy = this.claim(draft, range, 'dax-child');
    if (busy !== null) return busy;
    if (request.mode === 'kmem') return this.tryKmem(draft, null, names);
    const failure = memremapPages(draft, this.state, { range, altmap: null, compound: kernel.pages.pmd });
    return failure === null ? this.cameUp(draft) : failureEnding(failure, 'dax-child');
  }

  /** kmem takes the device over: the device-dax mapping goes first, whether it came up or not. */
  private tryKmem(draft: Draft, failure: MapFailure, names: DeviceNames = UNNAMED): Ending {
    const { kernel, request, setup } = draft;
    if (failure !== null && failure.outcome !== 'refused') return failureEnding(failure, 'bind');
    if (failure === null && setup !== null)
      this.state.sparse.remove(
        setup.mapped,
        setup.altmap !== null && kernel.is('altmapHonoured') ? setup.altmap : null,
        this.state.dram,
      );
    const plan = planKmem(kernel, this.state, request, setup?.usable ?? request.range);
    const { result } = plan;
    for (const message of plan.messages) draft.say(`kmem ${names.dax}: ${message}`);
    const facts = {
      start: (setup?.usable ?? request.range).start,
      size: (setup?.usable ?? request.range).size,
      block: result.blockSize,
    };
    if (result.errno !== null) {
      draft.check(result.reason, false, facts);
      return { outcome: 'refused', reason: result.reason, facts, errno: result.errno, stage: 'kmem', kmem: result };
    }
    if (result.cutBytes > 0) draft.warn('KMEM_CUT', { cut: result.cutBytes, block: result.blockSize });
    if (plan.missing.length > 0)
      return {
        outcome: 'unknown',
        reason: 'UNDECIDED',
        facts: { missing: plan.missing.join(', ') },
        missing: plan.missing,
        kmem: result,
      };
    const inDram = request.map === 'dev' && request.provider !== 'hmem' && result.memmapOnMemory !== true;
    if (!inDram) return { outcome: 'ok', reason: 'OK', facts: { usable: result.range?.size ?? 0 }, kmem: result };
    return {
      outcome: 'ok-dram',
      reason: 'KMEM_MEMMAP_IN_DRAM',
      facts: { online: result.range?.size ?? 0, dram: result.memmapDramBytes },
      kmem: result,
    };
  }

  private cameUp(draft: Draft): Ending {
    const { kernel, request, setup, infoBlock } = draft;
    const mapped = setup?.mapped ?? request.range;
    const altmap = setup?.altmap ?? null;
    const firstPage = altmap === null ? mapped.start : altmap.dataPfn * kernel.pages.page;
    const device = { owner: draft.owner ?? 0, region: request.range, mapped, altmap, firstPage };
    this.state.live.push(device);
    const usable = setup?.usable ?? request.range;
    const lost = request.range.size - usable.size;
    if (infoBlock !== null && usable.size === 0)
      draft.warn('ZERO_SIZE', { dataoff: infoBlock.dataoff, endTrunc: infoBlock.endTrunc });
    else if (infoBlock !== null && lost * 10 > request.range.size)
      draft.warn('CAPACITY_LOST', {
        lost,
        size: request.range.size,
        dataoff: infoBlock.dataoff,
        endTrunc: infoBlock.endTrunc,
      });
    this.warnSharedDaxMemmap(draft, mapped, altmap);
    this.warnNeighbours(draft, mapped);
    const fault = this.removalFault(request.range.start);
    if (fault !== null) draft.warn('REMOVAL_OOPS', { address: fault });
    const oopsOnRemoval = fault !== null;
    const ignored = altmap !== null && !kernel.is('altmapHonoured');
    if (ignored)
      return {
        outcome: 'ok-dram',
        reason: 'ALTMAP_IGNORED',
        facts: { dram: this.dramOf(draft, mapped), lost },
        oopsOnRemoval,
      };
    return { outcome: 'ok', reason: 'OK', facts: { usable: usable.size }, oopsOnRemoval };
  }

  private warnSharedDaxMemmap(draft: Draft, mapped: Range, altmap: Altmap | null): void {
    const { kernel, align } = draft;
    if (draft.request.mode === 'fsdax' || altmap !== null || align === null || align <= kernel.pages.page) return;
    if (kernel.knows('daxMemmapShared') === false) return;
    const shared = Math.ceil(mapped.size / align) * 2 * kernel.pages.page;
    draft.warn('DAX_MEMMAP_SHARED', { align, shared, full: this.dramOf(draft, mapped) });
  }

  /** Neighbours that the memory map shows but this machine has not attached: whether they have struct pages is not known. */
  private warnNeighbours(draft: Draft, mapped: Range): void {
    const { block } = this.kernel.sparseGeometry;
    for (const claim of this.state.physical.claims) {
      const device =
        claim.kind === 'namespace' ||
        claim.kind === 'dax' ||
        this.state.physical.hotplugged.some((one) => overlaps(one, claim));
      if (!device || overlaps(claim, draft.request.range)) continue;
      const meets =
        overlaps(claim, { start: mapped.start - (mapped.start % block), size: mapped.start % block }) ||
        overlaps(claim, { start: endOf(mapped), size: (block - (endOf(mapped) % block)) % block });
      const early = this.state.bootMemory.some((one) =>
        overlaps(one, { start: claim.start - (claim.start % this.kernel.section), size: this.kernel.section }),
      );
      if (meets && !early) draft.warn('SHARED_VMEMMAP_PAGE', { neighbour: claim.name, address: claim.start });
    }
  }

  private claim(draft: Draft, part: Range, stage: Stage): Ending | null {
    const holder = this.state.claimOn(part, draft.request.range);
    const facts =
      holder === null
        ? { ...part }
        : { name: holder.name, start: Math.max(holder.start, part.start), end: Math.min(endOf(holder), endOf(part)) };
    if (draft.check('BUSY', holder === null, facts)) return null;
    const { start } = draft.request.range;
    const message = `could not reserve region [mem 0x${start.toString(16)}-0x${(endOf(draft.request.range) - 1).toString(16)}]`;
    return { outcome: 'refused', reason: 'BUSY', facts, errno: 16, message, stage };
  }

  /** Null where the config is a fragment that does not decide. */
  private rawGetsPages(draft: Draft): boolean | null {
    const { kernel, request } = draft;
    if (request.provider === 'nfit' || request.provider === 'cxl') return false;
    const { state } = capability(kernel.config, 'raw-pages');
    return state === 'unknown' ? null : state === 'yes';
  }

  /** nvdimm_namespace_common_probe(): a namespace that would get pages raw must be aligned, whatever lies on it. */
  private rawAlignment(draft: Draft, names: DeviceNames, stage: Stage): Ending | null {
    const { start, size } = draft.request.range;
    if (this.rawGetsPages(draft) !== true) return null;
    const facts = { start, end: start + size, required: COMPAT_ALIGN };
    if (draft.check('RAW_MISALIGNED', isAligned(start, COMPAT_ALIGN) && isAligned(start + size, COMPAT_ALIGN), facts))
      return null;
    const resource = `[mem 0x${start.toString(16)}-0x${(start + size - 1).toString(16)} flags 0x200]`;
    const message = `${resource} misaligned, unable to map`;
    draft.say(`nd_pmem ${names.namespace}: ${message}`);
    return { outcome: 'refused', reason: 'RAW_MISALIGNED', facts, errno: 95, message, stage };
  }

  private dramOf(draft: Draft, range: Range): number {
    return this.state
      .memmapOf(range, draft.owner)
      .filter((run) => run.where === 'dram')
      .reduce((sum, run) => sum + run.size, 0);
  }

  /** The driver core's own line; it stays silent about ENODEV and ENXIO (drivers/base/dd.c). */
  private sayProbeFailed(draft: Draft, ending: Ending, names: DeviceNames): void {
    const { stage, errno } = ending;
    if (errno === 6 || errno === 19 || errno === null || errno === undefined) return;
    const dax = draft.request.mode !== 'fsdax' && draft.request.mode !== 'raw';
    const [driver, device] =
      stage === 'boot-probe' || draft.request.mode === 'raw'
        ? ['nd_pmem', names.namespace]
        : stage === 'dax-child'
          ? ['device_dax', names.dax]
          : stage === 'kmem'
            ? ['kmem', names.dax]
            : dax
              ? ['dax_pmem', names.dax]
              : ['nd_pmem', names.pfn];
    const [major, minor] = this.kernel.version;
    const newForm = major > 6 || (major === 6 && minor >= 10);
    draft.say(
      newForm
        ? `${driver} ${device}: probe with driver ${driver} failed with error -${errno}`
        : `${driver}: probe of ${device} failed with error -${errno}`,
    );
  }
}

function failureEnding(failure: NonNullable<MapFailure>, stage: Stage): Ending {
  const { outcome, reason, facts, errno = null, message = null, missing = [] } = failure;
  return { outcome, reason, facts, errno, message, missing, stage: outcome === 'unknown' ? null : stage };
}

function unknownConfig(symbols: readonly string[]): Ending {
  const missing = symbols.map((symbol) => `CONFIG_${symbol}`);
  return { outcome: 'unknown', reason: 'CONFIG_INCOMPLETE', facts: { symbols: missing.join(', ') }, missing };
}

function seedKey(request: PlugRequest): string {
  return `${request.range.start}/${request.mode === 'fsdax' ? 'pfn' : 'dax'}`;
}
