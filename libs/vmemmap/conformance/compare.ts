import type { KmemResult, StepLine } from '../src/index.ts';
import type { Observed, ObservedKmem } from './read-boots.ts';

const BLOCK_FIELDS = ['dataoff', 'npfns', 'startPad', 'endTrunc', 'align', 'pageSize'] as const;

interface Run {
  readonly start: number;
  readonly end: number;
}

/** Where model and kernel differ, by the agreement rule of the recordings; empty where they agree. */
export function differences(line: StepLine, observed: Observed, ram: readonly Run[]): readonly string[] {
  const found: string[] = [];
  const compare = (what: string, model: unknown, kernel: unknown) => {
    if (JSON.stringify(model) !== JSON.stringify(kernel))
      found.push(`${what}: model ${JSON.stringify(model)}, kernel ${JSON.stringify(kernel)}`);
  };
  const memoryGone = isMemoryGone(line.outcome, line.errno) && isMemoryGone(observed.outcome, observed.errno ?? null);
  if (!memoryGone) {
    compare('outcome', line.outcome, observed.outcome);
    compare('errno', line.errno, observed.errno ?? null);
  }
  compare('alignRefused', line.alignRefused ?? false, observed.alignRefused ?? false);
  if (observed.oopsOnRemoval !== undefined) compare('oopsOnRemoval', line.oopsOnRemoval, observed.oopsOnRemoval);
  if (observed.infoBlock) {
    const model = line.infoBlock as Readonly<Record<string, unknown>> | null;
    for (const field of BLOCK_FIELDS) compare(`infoBlock.${field}`, model?.[field] ?? null, observed.infoBlock[field]);
  }
  if (observed.usable) compare('usable', line.usable, observed.usable);
  if (observed.altmap) {
    compare('altmap.allocated', line.altmap?.allocated, observed.altmap.allocated);
    compare('altmap.alignLoss', line.altmap?.alignLoss, observed.altmap.alignLoss);
  }
  if (observed.memmap && line.outcome !== 'unsupported')
    compare('memmap', onDevice(line.memmap ?? [], ram), onDevice(observed.memmap, ram));
  if (observed.memmapAfterRemoval)
    compare(
      'memmapAfterRemoval',
      onDevice(line.memmapAfterRemoval ?? [], ram),
      onDevice(observed.memmapAfterRemoval, ram),
    );
  if (observed.kmem && line.missing.length === 0) {
    compare('kmem', line.kmem === null, false);
    if (line.kmem !== null) compareKmem(line.kmem, observed.kmem, compare);
  }
  return found;
}

function compareKmem(model: KmemResult, kernel: ObservedKmem, compare: (what: string, a: unknown, b: unknown) => void) {
  const refused = /^errno=(\d+)/.exec(kernel.w_kmem_bind ?? '')?.[1];
  compare('kmem.errno', model.errno, refused === undefined ? null : Number(refused));
  const added = kernel.blocks_added.length - kernel.blocks_before.length;
  compare('kmem.blocks', model.errno === null ? model.blocks : 0, added);
}

/** Messages that differ. Device numbers are left aside, as are lines of other origin and WARNING headers. */
export function messageDifferences(line: StepLine, observed: Observed): readonly string[] {
  const model = canonical(line.messages);
  const kernel = canonical(observed.messages);
  return [
    ...model.filter((message) => !kernel.includes(message)).map((message) => `model alone: ${message}`),
    ...kernel.filter((message) => !model.includes(message)).map((message) => `kernel alone: ${message}`),
  ];
}

const OTHER_ORIGIN = /^(WARNING: CPU|random: |Out of memory|Killed)/;

function canonical(messages: readonly string[]): readonly string[] {
  const lines = messages
    .filter((message) => !OTHER_ORIGIN.test(message))
    .map((message) => message.replace(/\b(namespace|pfn|dax)\d+\.\d+/g, '$1N'));
  return [...new Set(lines)].sort();
}

function isMemoryGone(outcome: string, errno: number | null): boolean {
  return outcome === 'oom-panic' || (outcome === 'refused' && errno === 12);
}

function onDevice(
  runs: readonly { readonly start: string; readonly end: string }[],
  ram: readonly Run[],
): readonly Run[] {
  const outside = runs
    .map((run) => ({ start: Number(run.start), end: Number(run.end) }))
    .filter((run) => !ram.some((bank) => run.start < bank.end && run.end > bank.start))
    .sort((a, b) => a.start - b.start);
  const merged: Run[] = [];
  for (const run of outside) {
    const last = merged.at(-1);
    if (last !== undefined && last.end === run.start) merged[merged.length - 1] = { start: last.start, end: run.end };
    else merged.push(run);
  }
  return merged;
}
