import { NEWEST_READ } from './behaviours.ts';
import { tristate } from './config.ts';
import { Draft } from './draft.ts';
import { alsoFailing } from './also.ts';
import { type Branch, explore } from './explore.ts';
import { Kernel, PAGE_SYMBOLS } from './kernel.ts';
import { Machine } from './machine.ts';
import { MemoryState } from './memory-state.ts';
import { merge } from './merge.ts';
import { physicalMapOf } from './physical-map.ts';
import { compareVersions } from './release.ts';
import type { MemoryMap, PlugRequest, PlugResult, Target, Warning } from './types.ts';

/** Changes whenever the same inputs may give another answer. */
export const ENGINE_VERSION = '1.3.0';

/**
 * What the kernel of `target` makes of `request` on a machine with this memory map, with nothing else attached. Where
 * release and config leave a question open, both answers are tried; the verdict is `unknown` only where they differ.
 */
export function judge(target: Target, map: MemoryMap, request: PlugRequest): PlugResult {
  return judgeWith(target, map, request, { enough: isUndecided });
}

/** Outcomes that differ are unknown, whatever else is tried; so many are looked at to name the questions and the answers. */
const TRIED_WHERE_UNDECIDED = 16;

function isUndecided(branches: readonly Branch<PlugResult>[]): boolean {
  const [first, ...others] = branches;
  return branches.length >= TRIED_WHERE_UNDECIDED && others.some(({ value }) => value.outcome !== first?.value.outcome);
}

/** Whether a result is all that was asked for: it comes up, and can be taken away again. */
export function isGood({ oopsOnRemoval, outcome }: PlugResult): boolean {
  return outcome === 'ok' && !oopsOnRemoval;
}

/** The same where the verdict is good; elsewhere null, as soon as one answer to the open questions shows that it is not. */
export function judgeIfGood(target: Target, map: MemoryMap, request: PlugRequest): PlugResult | null {
  const result = judgeWith(target, map, request, { enough: (tried) => tried.some(({ value }) => !isGood(value)) });
  return isGood(result) ? result : null;
}

/** The same by the page-by-page reference; its time and memory grow with the range. */
export function judgeByReference(target: Target, map: MemoryMap, request: PlugRequest): PlugResult {
  return judgeWith(target, map, request, { reference: true, enough: isUndecided });
}

function judgeWith(
  target: Target,
  map: MemoryMap,
  request: PlugRequest,
  options: { readonly reference?: boolean; readonly enough: (branches: readonly Branch<PlugResult>[]) => boolean },
): PlugResult {
  const unusable = inputGate(target, map, request);
  if (unusable !== null) return unusable;
  const physical = physicalMapOf(map);
  const answer = (kernel: Kernel): PlugResult => {
    const result = ask(new Machine(kernel, physical, options), request);
    const also = alsoFailing(kernel, physical, request, result);
    return { ...result, also, warnings: [...result.warnings, ...newerThanRead(kernel)] };
  };
  return merge(target, explore(target, answer, options.enough));
}

function newerThanRead(kernel: Kernel): readonly Warning[] {
  if (compareVersions(kernel.version, NEWEST_READ) <= 0) return [];
  return [{ code: 'RELEASE_NOT_READ', facts: { newest: NEWEST_READ.join('.'), release: kernel.version.join('.') } }];
}

/** A block on the medium, a raw namespace and memory without one meet the kernel at boot; new namespaces are made later. */
function ask(machine: Machine, request: PlugRequest): PlugResult {
  const atBoot =
    request.infoBlock !== null || request.mode === 'raw' || request.provider === 'hmem' || request.volatile === true;
  const [booted] = atBoot ? machine.boot([{ request }]) : [];
  return booted ?? machine.create(request);
}

/** Inputs that no question can be put to. */
function inputGate(target: Target, map: MemoryMap, request: PlugRequest): PlugResult | null {
  const kernel = new Kernel(target);
  const draft = new Draft(kernel, new MemoryState(kernel, physicalMapOf(map), false), request);
  if (map.entries.length === 0) {
    draft.step('IOMEM_MISSING', 'unknown', {});
    return draft.end({ outcome: 'unknown', reason: 'IOMEM_MISSING', missing: ['/proc/iomem'] });
  }
  if (map.zeroed) {
    draft.step('IOMEM_ZEROED', 'unknown', {});
    return draft.end({ outcome: 'unknown', reason: 'IOMEM_ZEROED', missing: ['/proc/iomem read as root'] });
  }
  const configured = Object.values(PAGE_SYMBOLS).filter((symbol) => tristate(target.config, symbol) === 'y');
  const wanted = PAGE_SYMBOLS[target.pageSize];
  const off = target.config.get(wanted).type === 'not-set';
  if (off || configured.some((symbol) => symbol !== wanted)) {
    const facts = {
      configured:
        configured.length > 0 ? configured.map((symbol) => `CONFIG_${symbol}`).join(', ') : `no CONFIG_${wanted}`,
      asked: target.pageSize,
    };
    draft.step('PAGE_SIZE_CONFLICT', 'unknown', facts);
    return draft.end({
      outcome: 'unknown',
      reason: 'PAGE_SIZE_CONFLICT',
      facts,
      missing: ['a config for this page size'],
    });
  }
  return null;
}
