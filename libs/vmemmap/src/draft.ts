import type { PfnSetup } from './info-block.ts';
import type { Kernel } from './kernel.ts';
import { layoutOf } from './layout.ts';
import type { MemoryState } from './memory-state.ts';
import { pageTableCost } from './page-tables.ts';
import { isReasonCode, REASONS } from './reasons.ts';
import type {
  Facts,
  InfoBlock,
  KmemResult,
  LayoutPiece,
  MemmapRun,
  Outcome,
  PlugRequest,
  PlugResult,
  Range,
  Stage,
  Step,
  Warning,
} from './types.ts';

/** Names that the kernel prints. The engine does not know them unless it is told. */
export interface DeviceNames {
  readonly namespace: string;
  readonly pfn: string;
  readonly dax: string;
}

export const UNNAMED: DeviceNames = { namespace: 'namespaceX.Y', pfn: 'pfnX.Y', dax: 'daxX.Y' };

/** How an attempt ends; what is left out is null, empty or derived. */
export interface Ending {
  readonly outcome: Outcome;
  readonly reason: string;
  readonly facts?: Facts;
  readonly stage?: Stage | null;
  readonly errno?: number | null;
  readonly message?: string | null;
  readonly missing?: readonly string[];
  readonly oopsOnRemoval?: boolean;
  readonly kmem?: KmemResult;
}

/** Collects what happens during one attempt, in the kernel's order, and becomes its result. */
export class Draft {
  readonly kernel: Kernel;
  readonly state: MemoryState;
  readonly request: PlugRequest;
  readonly names: DeviceNames;
  readonly steps: Step[] = [];
  readonly warnings: Warning[] = [];
  readonly messages: string[] = [];
  align: number | null = null;
  alignRefused = false;
  infoBlock: InfoBlock | null = null;
  setup: PfnSetup | null = null;
  /** DRAM for the memmap where tail struct pages are shared, so that it takes less than it maps. Bytes. */
  sharedDram: number | null = null;
  /** Owner number of the mapping that this attempt made or tried; null while there is none. */
  owner: number | null = null;

  constructor(kernel: Kernel, state: MemoryState, request: PlugRequest, names: DeviceNames = UNNAMED) {
    this.kernel = kernel;
    this.state = state;
    this.request = request;
    this.names = names;
  }

  /** DRAM that this attempt's own mapping takes for struct pages of `range`. Bytes. */
  dramOf(range: Range): number {
    return sizeOf(this.state.memmapOf(range, this.owner), 'dram');
  }

  /** Notes one check of the kernel; its source is that of the reason it would fail with. */
  check(code: string, pass: boolean, facts: Facts): boolean {
    this.step(code, pass ? 'pass' : 'fail', facts);
    return pass;
  }

  step(code: string, verdict: Step['verdict'], facts: Facts): void {
    this.steps.push({ id: code, verdict, facts, source: isReasonCode(code) ? REASONS[code].source : '' });
  }

  warn(code: string, facts: Facts): void {
    this.warnings.push({ code, facts });
    this.step(code, 'note', facts);
  }

  say(message: string): void {
    this.messages.push(message);
  }

  end(ending: Ending): PlugResult {
    const { kernel, request, setup } = this;
    const errno = ending.errno ?? null;
    const bindErrno = ending.stage === 'bind' && errno !== null ? bindErrnoOf(kernel, errno) : null;
    const decided = ending.outcome !== 'unknown' && ending.outcome !== 'unsupported';
    const memmap = decided ? this.memmapOf(ending.outcome === 'ok' || ending.outcome === 'ok-dram') : null;
    const usable = this.usable(ending);
    const layout: readonly LayoutPiece[] = layoutOf(request.range, setup, this.infoBlock, memmap?.runs ?? []);
    return {
      outcome: ending.outcome,
      reason: ending.reason,
      facts: ending.facts ?? {},
      errno,
      bindErrno,
      stage: ending.stage ?? null,
      message: ending.message ?? null,
      messages: this.messages,
      missing: ending.missing ?? [],
      steps: this.steps,
      warnings: this.warnings,
      also: [],
      align: this.align,
      alignRefused: this.alignRefused,
      oopsOnRemoval: ending.oopsOnRemoval ?? false,
      infoBlock: this.infoBlock,
      altmap:
        setup === null || setup.altmap === null
          ? null
          : {
              basePfn: setup.altmap.basePfn,
              reserve: setup.altmap.reserve,
              free: setup.altmap.free,
              allocated: setup.altmap.allocated,
              alignLoss: setup.altmap.alignLoss,
            },
      memmap,
      usable,
      lostBytes: usable === null ? null : request.range.size - usable.size,
      layout,
      sectionSize: kernel.section,
      kmem: ending.kmem ?? null,
    };
  }

  private usable(ending: Ending): PlugResult['usable'] {
    const up = ending.outcome === 'ok' || ending.outcome === 'ok-dram' || ending.stage === 'dax-child';
    if (ending.kmem !== undefined) return ending.kmem.errno === null ? ending.kmem.range : null;
    if (!up) return null;
    return this.setup?.usable ?? this.request.range;
  }

  private memmapOf(cameUp: boolean): PlugResult['memmap'] {
    const { kernel, request, state } = this;
    const runs = state.memmapOf(request.range, this.owner);
    const mine = state.sparse.runs(this.setup?.mapped ?? request.range).filter((run) => run.owner === this.owner);
    const cost =
      cameUp && this.owner !== null ? pageTableCost(kernel, this.setup?.mapped ?? request.range, mine) : null;
    return {
      deviceBytes: sizeOf(runs, 'device'),
      dramBytes: this.sharedDram ?? sizeOf(runs, 'dram'),
      pageTableBytes: cost === null ? (this.owner === null ? 0 : null) : cost.max,
      pageTableBytesMin: cost === null ? (this.owner === null ? 0 : null) : cost.min,
      runs,
    };
  }
}

function sizeOf(runs: readonly MemmapRun[], where: MemmapRun['where']): number {
  return runs.filter((run) => run.where === where).reduce((sum, run) => sum + run.size, 0);
}

/** What the write to a bind file returns (J.1): the probe's own error only from v5.14 on, ENODEV before. */
function bindErrnoOf(kernel: Kernel, errno: number): number | null {
  const passes = kernel.knows('bindPassesErrno');
  if (passes === null) return errno === 19 ? 19 : null;
  return passes ? errno : 19;
}
