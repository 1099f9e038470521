import { readHost } from '@altmap/kernel-data';
import { type ConfigChange, type KernelConfig, type KernelRelease, type PageSize, whatIf } from '@altmap/vmemmap';
import type { Assessment } from './assessment.ts';
import type { Evidence, Said } from './host-case.ts';
import { assess } from './open-case.ts';
import { rangesOf } from './ranges-of.ts';
import { ownTarget } from './targets.ts';

/** The kernel that is asked about; what is left out stays as the host has it. */
export interface Wish {
  readonly pageSize?: PageSize;
  readonly release?: KernelRelease;
  /** A config of its own; without one the host's is carried over. */
  readonly config?: KernelConfig;
}

export interface WhatIfCase {
  /** Verdicts of basis `own` for the kernel that runs, and of basis `what-if` for the one that is asked about. */
  readonly assessment: Assessment;
  readonly target: { readonly release: string; readonly pageSize: PageSize };
  /** Symbols that the other kernel has otherwise. */
  readonly changes: readonly ConfigChange[];
  /** What the answer takes for granted beyond these. */
  readonly assumptions: readonly string[];
}

/** The same host under another kernel. Null where the host's own release or page size is not known. */
export function whatIfCase(evidence: Evidence, said: Said, wish: Wish): WhatIfCase | null {
  const facts = readHost(evidence, {
    release: said.release,
    ...(said.pageSize === null ? {} : { pageSize: said.pageSize }),
  });
  const own = ownTarget(facts);
  if (own === null) return null;
  const { target, changes, assumptions } = whatIf(own, wish);
  const targets = [
    { basis: 'own', name: null, target: own },
    { basis: 'what-if', name: null, target },
  ] as const;
  return {
    assessment: assess(facts, rangesOf(facts).ranges, targets),
    target: { release: target.release.raw, pageSize: target.pageSize },
    changes,
    assumptions,
  };
}
