import type { PartKind } from '@altmap/protocol';
import type { Assessment, Diagnostic, FindingFact } from './assessment.ts';
import type { Policy } from './policy-file/policy.ts';

/** One host's evidence, read and ready to be judged. */
export interface HostCase {
  /** A JSON value with everything that the assessment depends on, and nothing else: equal values, equal assessments. */
  readonly input: unknown;
  readonly diagnostics: readonly Diagnostic[];
  /** Runs the engine over every device range, target and question. */
  assess(): Assessment;
  /** What somebody should act on. */
  findings(assessment: Assessment): readonly FindingFact[];
}

/** Contents by part kind, as in a report's manifest. */
export type Evidence = ReadonlyMap<PartKind, Uint8Array>;

export interface Said {
  /** uname -r, from the manifest. */
  readonly release: string;
  /** Bytes; null where the host could not tell. */
  readonly pageSize: number | null;
}

/** By what a host is judged: the built-in policy and no labels where nothing else is said. */
export interface Setting {
  readonly policy: Policy;
  readonly labels: Readonly<Record<string, string>>;
}

export type OpenCase = (evidence: Evidence, said: Said, setting?: Setting) => HostCase;
