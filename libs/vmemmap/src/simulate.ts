import { explore, openQuestions } from './explore.ts';
import type { Kernel } from './kernel.ts';
import type { DeviceNames } from './draft.ts';
import { Machine } from './machine.ts';
import { physicalMapOf } from './physical-map.ts';
import type {
  InfoBlock,
  KernelConfig,
  KernelRelease,
  KmemResult,
  MemmapRun,
  MemoryMap,
  PageSize,
  PlugRequest,
  PlugResult,
  Range,
  Stage,
  Step,
  Target,
} from './types.ts';

/** A boot and what was tried on it, read from a record (ground-truth/README.md, "A boot"). Addresses in bytes. */
export interface BootScript {
  readonly boot: string;
  readonly pageSize: PageSize;
  readonly release: KernelRelease;
  readonly config: KernelConfig;
  readonly cmdline: string | null;
  /** "altmap-ignored": a kernel that was changed to ignore the altmap; null for an unchanged one. */
  readonly patched: string | null;
  /** /proc/iomem after boot; namespaces in it are left out, the script attaches them itself. */
  readonly map: MemoryMap;
  readonly regions: readonly Range[];
  readonly steps: readonly ScriptStep[];
}

export interface ScriptStep {
  readonly id: string;
  readonly op: 'create' | 'create-destroy' | 'raw' | 'attach' | 'kmem' | 'ndctl-create' | 'remove' | 'use';
  readonly region: { readonly start: number; readonly size: number | null };
  readonly mode: 'fsdax' | 'devdax' | 'raw';
  readonly map: 'dev' | 'mem';
  readonly align: number | null;
  /** The info block that an earlier boot left; only with attach. */
  readonly onMedium: InfoBlock | null;
  /** NUMA node that the firmware names for the region, -1 for none; absent where the record does not say: node 0 then. */
  readonly numaNode?: number;
}

interface HexRun {
  readonly start: string;
  readonly end: string;
}

/** One line of `altmap simulate`. Addresses are hex strings, sizes numbers of bytes; null where it does not apply. */
export interface StepLine {
  readonly boot: string;
  readonly step: string;
  readonly outcome: 'ok' | 'ok-as-raw' | 'refused' | 'oops' | 'unsupported' | 'unknown';
  readonly stage: Stage | null;
  readonly errno: number | null;
  readonly reason: string;
  readonly alignRefused: boolean | null;
  readonly oopsOnRemoval: boolean | null;
  readonly infoBlock: object | null;
  readonly usable: { readonly start: string; readonly size: number } | null;
  readonly altmap: { readonly allocated: number; readonly alignLoss: number } | null;
  /** Runs whose place is known: on this device or a neighbour. DRAM pages are wherever the kernel found them. */
  readonly memmap: readonly HexRun[] | null;
  /** The same after the device was taken away again: what a failed attempt left behind stays. */
  readonly memmapAfterRemoval: readonly HexRun[] | null;
  readonly messages: readonly string[];
  readonly missing: readonly string[];
  readonly kmem: KmemResult | null;
}

/** The same with what the kernel checked on the way; of an answer that open questions leave undecided, one possibility. */
export interface TracedLine {
  readonly line: StepLine;
  readonly trace: readonly Step[];
}

/** Boots a machine, runs the steps in order, each on what the earlier ones left, and tells what the kernel would do. */
export function simulate(script: BootScript): readonly StepLine[] {
  return simulateTraced(script).map(({ line }) => line);
}

export function simulateTraced(script: BootScript): readonly TracedLine[] {
  const target: Target = {
    pageSize: script.pageSize,
    release: script.release,
    config: script.config,
    cmdline: script.cmdline,
    ...(script.patched === 'altmap-ignored' ? { known: { altmapHonoured: false } } : {}),
  };
  const { branches, complete } = explore(target, (kernel) => new Simulation(kernel, script).run());
  const [{ value: steps }] = branches;
  return steps.map(({ line, trace }, index) => {
    const text = JSON.stringify(line);
    const same = complete && branches.every(({ value }) => JSON.stringify(value[index]?.line) === text);
    if (same) return { line, trace };
    return { line: { ...nothing(script.boot, line.step), missing: openQuestions(target, branches) }, trace };
  });
}

class Simulation {
  private readonly machine: Machine;
  private readonly script: BootScript;
  private readonly booted = new Map<number, PlugResult>();
  private trace: readonly Step[] = [];

  constructor(kernel: Kernel, script: BootScript) {
    this.script = script;
    const entries = script.map.entries.filter((entry) => !/^(namespace|dax)\d/.test(entry.name));
    this.machine = new Machine(kernel, physicalMapOf({ ...script.map, entries }));
  }

  run(): TracedLine[] {
    const { regions, steps } = this.script;
    const probes = regions.map((region) => {
      const left = steps.find((step) => step.op === 'attach' && step.region.start === region.start);
      return { request: this.request(region, left ?? null, left?.onMedium ?? null), names: this.names(region.start) };
    });
    this.machine.boot(probes).forEach((result, index) => {
      const region = regions[index];
      if (region !== undefined) this.booted.set(region.start, result);
    });
    return this.script.steps.map((step) => {
      this.trace = [];
      return { line: this.step(step), trace: this.trace };
    });
  }

  private step(step: ScriptStep): StepLine {
    const { start } = step.region;
    if (step.op === 'use') return { ...nothing(this.script.boot, step.id), outcome: 'ok', reason: 'OK' };
    if (step.op === 'remove') return this.remove(step);
    if (step.op === 'attach') return this.attached(step);
    const region = {
      start,
      size: step.region.size ?? this.script.regions.find((one) => one.start === start)?.size ?? 0,
    };
    this.machine.remove(start);
    const request = this.request(region, step, null);
    if (step.op === 'raw') return this.line(step, this.machine.raw(request, this.names(start)));
    if (step.op === 'ndctl-create') return this.ndctl(step, request);
    const result = this.machine.create(request, this.names(start));
    if (step.op === 'create') return this.line(step, result);
    const removed = result.outcome === 'oops' ? null : this.machine.remove(start);
    const line = this.line(step, result);
    if (step.op === 'kmem') return this.kmem(step, line, result, request);
    const crashed = result.outcome === 'oops' || removed?.outcome === 'oops';
    return {
      ...line,
      oopsOnRemoval: removed === null ? null : removed.outcome === 'oops',
      memmapAfterRemoval: crashed || line.memmap === null ? null : hexRuns(this.machine.state.memmapOf(region, null)),
    };
  }

  /** The record tells of the namespace alone: dax_pmem, before kmem takes the dax device over. */
  private kmem(step: ScriptStep, line: StepLine, result: PlugResult, request: PlugRequest): StepLine {
    const bound = result.stage === 'dax-child' ? { ...line, outcome: 'ok' as const, stage: null, errno: null } : line;
    if (bound.outcome !== 'ok' || result.usable === null) return bound;
    const numaNode = step.numaNode ?? 0;
    const data = { ...request, range: result.usable, numaNode, mode: 'kmem' as const };
    const kmem = this.machine.online(data);
    this.machine.offline(data.range);
    return { ...bound, kmem };
  }

  private ndctl(step: ScriptStep, request: PlugRequest): StepLine {
    const result = this.machine.create({ ...request, via: 'ndctl' }, this.names(step.region.start));
    const line = this.line(step, result);
    if (result.stage === 'dax-child') return { ...line, outcome: 'ok', stage: null, errno: null };
    return line.outcome === 'refused' ? { ...line, stage: 'ndctl', errno: null } : line;
  }

  private attached(step: ScriptStep): StepLine {
    const result = this.booted.get(step.region.start);
    return result === undefined
      ? { ...nothing(this.script.boot, step.id), missing: ['a region at this address'] }
      : this.line(step, result);
  }

  private remove(step: ScriptStep): StepLine {
    const removed = this.machine.remove(step.region.start);
    const line = nothing(this.script.boot, step.id);
    if (removed === null) return { ...line, missing: ['a device that is attached at this address'] };
    const { outcome, reason, messages } = removed;
    return { ...line, outcome, reason, messages, stage: outcome === 'oops' ? 'remove' : null };
  }

  private request(range: Range, step: ScriptStep | null, infoBlock: InfoBlock | null): PlugRequest {
    const mode = step === null || step.op === 'raw' ? 'raw' : infoBlock !== null ? modeOf(infoBlock) : step.mode;
    return { range, provider: 'of', mode, map: step?.map ?? 'mem', align: step?.align ?? null, infoBlock };
  }

  private names(start: number): DeviceNames {
    const index = this.script.regions.findIndex((region) => region.start === start);
    return { namespace: `namespace${index}.0`, pfn: `pfn${index}.0`, dax: `dax${index}.0` };
  }

  private line(step: ScriptStep, result: PlugResult): StepLine {
    const { outcome, stage, usable, altmap, memmap, infoBlock } = result;
    this.trace = result.steps;
    const asRaw = step.op === 'attach' && result.facts['comesUpRaw'] === true;
    const memoryGone = stage === 'dax-child' && result.reason === 'DRAM_EXHAUSTED';
    return {
      ...nothing(this.script.boot, step.id),
      outcome: asRaw ? 'ok-as-raw' : outcome === 'ok-dram' ? 'ok' : outcome,
      stage: asRaw ? null : stage,
      errno: memoryGone ? null : stage === 'bind' ? result.bindErrno : result.errno,
      reason: result.reason,
      alignRefused: result.alignRefused,
      oopsOnRemoval: result.oopsOnRemoval,
      infoBlock: infoBlock === null ? null : blockLine(infoBlock),
      usable: usable === null ? null : { start: hex(usable.start), size: usable.size },
      altmap: altmap === null ? null : { allocated: altmap.allocated, alignLoss: altmap.alignLoss },
      memmap: memmap === null ? (asRaw ? [] : null) : hexRuns(memmap.runs),
      messages: result.messages,
      missing: result.missing,
    };
  }
}

function nothing(boot: string, step: string): StepLine {
  return {
    boot,
    step,
    outcome: 'unknown',
    stage: null,
    errno: null,
    reason: 'UNDECIDED',
    alignRefused: null,
    oopsOnRemoval: null,
    infoBlock: null,
    usable: null,
    altmap: null,
    memmap: null,
    memmapAfterRemoval: null,
    messages: [],
    missing: [],
    kmem: null,
  };
}

function modeOf(block: InfoBlock): 'fsdax' | 'devdax' {
  return block.signature === 'pfn' ? 'fsdax' : 'devdax';
}

function blockLine(block: InfoBlock): object {
  return {
    signature: block.signature === 'pfn' ? 'NVDIMM_PFN_INFO' : 'NVDIMM_DAX_INFO',
    version: `1.${block.versionMinor}`,
    mode: block.map,
    dataoff: block.dataoff,
    npfns: block.npfns,
    startPad: block.startPad,
    endTrunc: block.endTrunc,
    align: block.align,
    pageSize: block.pageSize,
    pageStructSize: block.pageStructSize,
  };
}

function hexRuns(runs: readonly MemmapRun[]): readonly HexRun[] {
  return runs.flatMap((run) => (run.start === null ? [] : [{ start: hex(run.start), end: hex(run.start + run.size) }]));
}

function hex(value: number): string {
  return `0x${value.toString(16)}`;
}
