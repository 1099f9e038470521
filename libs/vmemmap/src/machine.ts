import { attachVolatile } from './dax-driver.ts';
import { type DeviceNames, Draft, type Ending, UNNAMED } from './draft.ts';
import { alignGate, capabilityGate, namespaceGate, ndctlAlign, ndctlGate } from './gates.ts';
import type { Kernel } from './kernel.ts';
import { offlineKmem, onlineKmem } from './kmem.ts';
import { MemoryState } from './memory-state.ts';
import { attachNamespace, createNamespace } from './namespace-driver.ts';
import type { PhysicalMap } from './physical-map.ts';
import { probeMessage } from './probe-message.ts';
import { attachRaw } from './raw-driver.ts';
import { removalFault } from './removal.ts';
import type { Facts, KmemResult, PlugRequest, PlugResult, Range, Stage } from './types.ts';

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
    const result = this.attempt(request, names, (draft) => this.tryCreate(draft));
    const { outcome, stage } = result;
    if (outcome === 'ok' || outcome === 'ok-dram' || stage === 'dax-child' || stage === 'kmem')
      this.seeds.delete(seedKey(request));
    return result;
  }

  /** What the boot makes of the info block that lies on the medium; of a raw namespace where there is none. */
  attach(request: PlugRequest, names: DeviceNames = UNNAMED): PlugResult {
    const { infoBlock } = request;
    return this.attempt(request, names, (draft) =>
      infoBlock === null ? attachRaw(draft, 'boot-probe') : attachNamespace(draft, infoBlock),
    );
  }

  /** A namespace without info block, as the boot probes it (`stage` boot-probe) or a bind does. */
  raw(request: PlugRequest, names: DeviceNames = UNNAMED, stage: Stage = 'bind'): PlugResult {
    return this.attempt(request, names, (draft) => attachRaw(draft, stage));
  }

  /** Memory without a namespace (soft reserved, volatile CXL): device-dax over the whole range. */
  volatileDax(request: PlugRequest, names: DeviceNames = UNNAMED): PlugResult {
    return this.attempt(request, names, attachVolatile);
  }

  /** Probes every region as the boot does, in order: what lies on the medium, else raw; memory without namespace as dax. */
  boot(regions: readonly { readonly request: PlugRequest; readonly names?: DeviceNames }[]): readonly PlugResult[] {
    return regions.map(({ names, request }) => {
      if (request.provider === 'hmem' || request.volatile === true) return this.volatileDax(request, names);
      return request.infoBlock === null ? this.raw(request, names, 'boot-probe') : this.attach(request, names);
    });
  }

  /** Gives a dax device whose data area is `request.range` to kmem and onlines its memory blocks. */
  online(request: PlugRequest): KmemResult {
    return onlineKmem(this.kernel, this.state, request, request.range).result;
  }

  /** Takes the memory blocks of that data area offline again; false where none are online. */
  offline(data: Range): boolean {
    return offlineKmem(this.state, data);
  }

  /** Unbinds the device whose region starts at `start`. Null where none is attached. */
  remove(start: number): RemoveResult | null {
    const { kernel, state } = this;
    const device = state.live.find((one) => one.region.start === start);
    if (device === undefined) return null;
    const fault = removalFault(kernel, state, device);
    if (fault !== null) return { outcome: 'oops', reason: 'REMOVAL_OOPS', facts: { address: fault }, messages: [] };
    state.live = state.live.filter((one) => one !== device);
    const messages: string[] = [];
    if (device.mapped !== null) {
      const source = device.altmap !== null && kernel.is('altmapHonoured') ? device.altmap : null;
      state.sparse.remove(device.mapped, source, state.dram);
      if (state.warnsOfReserved(source)) messages.push('failed to free all reserved pages');
    }
    return { outcome: 'ok', reason: 'OK', facts: {}, messages };
  }

  /** The alignment that the seed of a region would give a new namespace. */
  seedAlign(request: PlugRequest): number {
    return this.seeds.get(seedKey(request)) ?? this.kernel.defaultAlign;
  }

  private attempt(request: PlugRequest, names: DeviceNames, run: (draft: Draft) => Ending): PlugResult {
    const draft = new Draft(this.kernel, this.state, request, names);
    const ending = run(draft);
    if (ending.outcome === 'refused') {
      const said = draft.messages.some((line) => line.endsWith(ending.message ?? ''));
      if (typeof ending.message === 'string' && !said) draft.say(ending.message);
      const probe = probeMessage(draft, ending);
      if (probe !== null) draft.say(probe);
    }
    return draft.end(ending);
  }

  private tryCreate(draft: Draft): Ending {
    const { kernel, request } = draft;
    const kept =
      request.via === 'ndctl' ? ndctlAlign(request, kernel.defaultAlign, kernel.pages.page) : this.seedAlign(request);
    const refused = capabilityGate(draft) ?? ndctlGate(draft) ?? alignGate(draft, kept);
    if (refused !== null) return refused;
    const align = draft.align ?? kept;
    this.seeds.set(seedKey(request), align);
    return namespaceGate(draft) ?? createNamespace(draft, align);
  }
}

function seedKey(request: PlugRequest): string {
  return `${request.range.start}/${request.mode === 'fsdax' ? 'pfn' : 'dax'}`;
}
