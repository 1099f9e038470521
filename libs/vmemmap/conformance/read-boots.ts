import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import type {
  BootScript,
  ConfigValue,
  InfoBlock,
  KernelConfig,
  KernelRelease,
  MapEntry,
  ScriptStep,
} from '../src/index.ts';

/** What a real kernel did at one step; keys are absent where they were not seen. */
export interface Observed {
  readonly outcome: string;
  /** False where a crash cut the record of the step short: lines of the log are missing then. */
  readonly complete: boolean;
  readonly stage?: string;
  readonly errno?: number;
  readonly alignRefused?: boolean;
  readonly oopsOnRemoval?: boolean;
  readonly infoBlock?: Readonly<Record<string, unknown>> | null;
  readonly usable?: { readonly start: string; readonly size: number } | null;
  readonly altmap?: { readonly allocated: number; readonly alignLoss: number } | null;
  readonly memmap?: readonly { readonly start: string; readonly end: string }[] | null;
  readonly memmapAfterRemoval?: readonly { readonly start: string; readonly end: string }[] | null;
  readonly kmem?: ObservedKmem;
  readonly messages: readonly string[];
  readonly crash?: readonly string[];
}

/** What kmem did with the dax device: the memory blocks before and after, and the errno where it refused. */
export interface ObservedKmem {
  readonly w_kmem_bind?: string;
  readonly blocks_before: readonly string[];
  readonly blocks_added: readonly string[];
  readonly messages: readonly string[];
}

export interface RecordedBoot {
  readonly script: BootScript;
  readonly kernel: string;
  readonly observed: readonly Observed[];
}

interface BootJson {
  readonly boot: string;
  readonly kernel: {
    readonly name: string;
    readonly release: string;
    readonly config: string;
    readonly pageSize: 4096 | 16384 | 65536;
    readonly patched: string | null;
  };
  readonly cmdline: string;
  readonly memory: readonly (readonly string[])[];
  readonly pmem: readonly (readonly string[])[];
  /** Null where the kernel crashed while it booted. */
  readonly iomem: string | null;
  readonly steps: readonly StepJson[];
}

interface StepJson {
  readonly id: string;
  readonly op: ScriptStep['op'];
  readonly region: { readonly start: string; readonly size: string | null };
  readonly mode?: string;
  readonly map?: 'dev' | 'mem';
  readonly align?: number | null;
  readonly onMedium?: Readonly<Record<string, unknown>>;
  readonly observed: Observed;
}

/** Reads boots.jsonl.gz and the configs beside it. */
export function readBoots(folder: URL): readonly RecordedBoot[] {
  const text = gunzipSync(readFileSync(new URL('boots.jsonl.gz', folder))).toString('utf8');
  const configs = new Map<string, KernelConfig>();
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => {
      const boot = JSON.parse(line) as BootJson;
      const path = boot.kernel.config;
      const config = configs.get(path) ?? readConfig(gunzipSync(readFileSync(new URL(path, folder))).toString('utf8'));
      configs.set(path, config);
      return {
        script: scriptOf(boot, config),
        kernel: boot.kernel.name,
        observed: boot.steps.map((step) => step.observed),
      };
    });
}

function scriptOf(boot: BootJson, config: KernelConfig): BootScript {
  return {
    boot: boot.boot,
    pageSize: boot.kernel.pageSize,
    release: readRelease(boot.kernel.release),
    config,
    cmdline: boot.cmdline,
    patched: boot.kernel.patched,
    map: { entries: boot.iomem === null ? boot.memory.map(bankOf) : readIomem(boot.iomem), zeroed: false },
    regions: boot.pmem.map(([start, size]) => ({ start: Number(start), size: Number(size) })),
    steps: boot.steps.map((step) => ({
      id: step.id,
      op: step.op,
      region: { start: Number(step.region.start), size: step.region.size === null ? null : Number(step.region.size) },
      mode: step.mode === 'fsdax' ? 'fsdax' : step.mode === undefined ? 'raw' : 'devdax',
      map: step.map ?? 'mem',
      align: step.align ?? null,
      onMedium: step.onMedium === undefined ? null : readBlock(step.onMedium),
      // The record does not name the node; only the kernel's own line tells that the device tree gave none.
      numaNode: step.observed.kmem?.messages.some((line) => line.includes('invalid node: -1')) ? -1 : 0,
    })),
  };
}

function bankOf([start, size]: readonly string[]): MapEntry {
  return { start: Number(start), size: Number(size), name: 'System RAM', children: [] };
}

function readBlock(block: Readonly<Record<string, unknown>>): InfoBlock {
  const number = (name: string) => Number(block[name]);
  return {
    signature: block['signature'] === 'NVDIMM_PFN_INFO' ? 'pfn' : 'dax',
    versionMinor: Number(String(block['version']).split('.')[1]),
    map: block['mode'] === 'dev' ? 'dev' : 'mem',
    dataoff: number('dataoff'),
    npfns: number('npfns'),
    startPad: number('startPad'),
    endTrunc: number('endTrunc'),
    align: number('align'),
    pageSize: number('pageSize'),
    pageStructSize: number('pageStructSize'),
  };
}

export function readRelease(raw: string): KernelRelease {
  const [, major = '0', minor = '0', patch, rc, suffix = ''] =
    /^(\d+)\.(\d+)(?:\.(\d+))?(?:-rc(\d+))?(.*)$/.exec(raw) ?? [];
  return {
    raw,
    major: Number(major),
    minor: Number(minor),
    patch: patch === undefined ? null : Number(patch),
    rc: rc === undefined ? null : Number(rc),
    suffix,
  };
}

export function readConfig(text: string): KernelConfig {
  const values = new Map<string, ConfigValue>();
  for (const line of text.split('\n')) {
    const unset = /^# CONFIG_(\w+) is not set$/.exec(line);
    if (unset?.[1] !== undefined) values.set(unset[1], { type: 'not-set' });
    const set = /^CONFIG_(\w+)=(.*)$/.exec(line);
    if (set?.[1] === undefined || set[2] === undefined) continue;
    const [, name, value] = set;
    if (value === 'y' || value === 'm') values.set(name, { type: value });
    else if (value.startsWith('"')) values.set(name, { type: 'string', value: value.slice(1, -1) });
    else values.set(name, { type: 'number', value: Number(value) });
  }
  return { complete: true, get: (symbol) => values.get(symbol) ?? { type: 'absent' } };
}

export function readIomem(text: string): readonly MapEntry[] {
  interface Open {
    readonly start: number;
    readonly size: number;
    readonly name: string;
    readonly children: Open[];
  }
  const top: Open[] = [];
  const path: Open[] = [];
  for (const line of text.split('\n')) {
    const [, indent = '', from = '', to = '', name = ''] = /^( *)([0-9a-f]+)-([0-9a-f]+) : (.*)$/.exec(line) ?? [];
    if (from === '') continue;
    const start = Number.parseInt(from, 16);
    const entry: Open = { start, size: Number.parseInt(to, 16) - start + 1, name, children: [] };
    path.length = indent.length / 2;
    (path.at(-1)?.children ?? top).push(entry);
    path.push(entry);
  }
  return top;
}
