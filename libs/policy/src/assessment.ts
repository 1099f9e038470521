import type { PageSize, PlugResult, Provider } from '@altmap/vmemmap';

/** A piece of device memory that a report shows. Addresses and sizes in bytes. */
export interface DeviceRange {
  /** Kernel name: namespace0.0, region1, dax0.0; unique within a report. */
  readonly name: string;
  readonly region: string | null;
  readonly start: number;
  readonly size: number;
  readonly provider: Provider;
  readonly mode: 'fsdax' | 'devdax' | 'raw' | 'sector' | 'kmem' | null;
  readonly map: 'dev' | 'mem' | null;
  readonly align: number | null;
}

/**
 * `own`: the kernel that the host runs. `what-if`: the same release and config carried over to another page size.
 * `planned`: a kernel that the policy names.
 */
export type Basis = 'own' | 'what-if' | 'planned';

/** `as-is`: boot the target over what lies on the medium. `made-anew`: create a namespace with map=dev there. */
export type Question = 'as-is' | 'made-anew';

/** A change that makes it work, found by search over the engine and proved by it. */
export interface VerdictRemedy {
  /** request: another namespace on the same kernel. config: other symbols. kernel: a later release. */
  readonly kind: 'request' | 'config' | 'kernel';
  /** What changes, for people. */
  readonly summary: string;
  /** To copy; null where no command does it. */
  readonly command: string | null;
  /** First upstream release that does it; null where the running one does. */
  readonly release: string | null;
  /** What it costs against what was asked for; negative bytes are a gain. */
  readonly price: { readonly lostBytes: number; readonly dramBytes: number; readonly dataLost: boolean };
}

export interface Verdict {
  /** Name of the device range. */
  readonly range: string;
  readonly basis: Basis;
  /** Name of the policy's target; null for every other basis. */
  readonly target: string | null;
  readonly pageSize: PageSize;
  readonly question: Question;
  /** What was asked: the mode and the alignment in bytes (null: the kernel's default). */
  readonly mode: 'fsdax' | 'devdax' | 'raw' | 'kmem';
  readonly align: number | null;
  /** One sentence for people, rendered from the result. */
  readonly sentence: string;
  readonly result: PlugResult;
  /** The nearest ones first; none where it works, or where nothing that was tried helps. */
  readonly remedies: readonly VerdictRemedy[];
}

/** Something in a report that could not be read as expected. */
export interface Diagnostic {
  /** Part kind, e.g. "iomem". */
  readonly source: string;
  readonly line: number | null;
  readonly message: string;
  readonly expected: string | null;
  readonly severity: 'error' | 'warning' | 'info';
}

/** All answers for one host's report. Equal inputs and engine version give an equal assessment. */
export interface Assessment {
  readonly engineVersion: string;
  readonly ranges: readonly DeviceRange[];
  readonly verdicts: readonly Verdict[];
}

/** Something that somebody should act on. `key` is stable across reports of a host as long as the matter is the same. */
export interface FindingFact {
  readonly key: string;
  readonly code: string;
  readonly severity: 'info' | 'warning' | 'critical';
  /** Device range name, or "kernel config". */
  readonly subject: string;
  readonly summary: string;
  readonly facts: Readonly<Record<string, unknown>>;
}
