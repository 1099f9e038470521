import type { HostFacts } from '@altmap/kernel-data';
import { type KernelConfig, type PageSize, type Target, whatIf, withChanges } from '@altmap/vmemmap';
import type { Basis } from './assessment.ts';
import type { PolicyTarget } from './policy-file/policy.ts';

export const PAGE_SIZES: readonly PageSize[] = [4096, 16384, 65536];

/** A config that proves nothing: what a host without that part gives. */
const NO_CONFIG: KernelConfig = { complete: false, get: () => ({ type: 'absent' }) };

/** Kernel parameters that change what the engine says. Others (root=, console=, ...) differ from host to host for no effect. */
const HEARD = new Set(['nokaslr', 'rodata', 'debug_pagealloc', 'kfence.sample_interval']);

export interface JudgedTarget {
  readonly basis: Basis;
  /** Of the policy's target; null for every other basis. */
  readonly name: string | null;
  readonly target: Target;
}

/** The kernel that the host runs; null where its release or page size is not known. */
export function ownTarget(facts: HostFacts): Target | null {
  return facts.pageSize === null ? null : targetUnder(facts, facts.pageSize);
}

/** The own kernel, and the same release and config under each page size. */
export function targetsOf(facts: HostFacts): JudgedTarget[] {
  const own = ownTarget(facts);
  const targets: JudgedTarget[] = own === null ? [] : [{ basis: 'own', name: null, target: own }];
  for (const pageSize of PAGE_SIZES) {
    const host = own ?? targetUnder(facts, pageSize);
    if (host === null) continue;
    const { changes, target } = whatIf(host, { pageSize });
    // The same object where nothing changes: it is judged once.
    targets.push({ basis: 'what-if', name: null, target: changes.length === 0 ? host : target });
  }
  return targets;
}

/** The kernels that a policy plans. What a target leaves open must be known of the host: else there is nothing to judge. */
export function plannedTargets(facts: HostFacts, planned: readonly PolicyTarget[]): JudgedTarget[] {
  const own = ownTarget(facts);
  return planned.flatMap(({ name, pageSize, release, config }): JudgedTarget[] => {
    const host = own ?? (pageSize === null ? null : targetUnder(facts, pageSize));
    if (host === null) return [];
    const wish = { ...(pageSize === null ? {} : { pageSize }), ...(release === null ? {} : { release }) };
    const { target } = whatIf(host, wish);
    const changes = config.map(({ symbol, to }) => ({ symbol, from: target.config.get(symbol), to, why: name }));
    return [{ basis: 'planned', name, target: { ...target, config: withChanges(target.config, changes) } }];
  });
}

function targetUnder(facts: HostFacts, pageSize: PageSize): Target | null {
  const { release, upstreamRelease, config } = facts;
  if (release === null) return null;
  return {
    pageSize,
    release,
    upstream: upstreamRelease?.release ?? null,
    config: config ?? NO_CONFIG,
    cmdline: heardCmdline(facts),
  };
}

/** The kernel command line without the parameters that change nothing here. */
export function heardCmdline({ cmdline, memoryParameters }: HostFacts): string | null {
  if (cmdline === null) return null;
  // What sysfs says is what is in force; the command line is only one way to set it.
  const { memmapOnMemory } = memoryParameters;
  const inForce = memmapOnMemory === null ? [] : [`memory_hotplug.memmap_on_memory=${memmapOnMemory}`];
  const heard = cmdline.raw
    .split(/\s+/)
    .filter((word) => HEARD.has((word.split('=', 1)[0] ?? '').replaceAll('-', '_')));
  return [...heard, ...inForce].join(' ');
}
