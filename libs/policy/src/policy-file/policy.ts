import type { ConfigValue, KernelRelease, Outcome, PageSize } from '@altmap/vmemmap';
import type { Basis, DeviceRange, FindingFact, Question } from '../assessment.ts';
import type { LabelMatcher } from './label-matcher.ts';
import type { MessageTemplate } from './message-template.ts';
import type { ReleaseRange } from './release-range.ts';

/** Hosts that a rule or a target is for: every condition that is given must hold. */
export interface HostMatcher {
  readonly labels: readonly LabelMatcher[];
  /** Bytes. A host whose page size is not known matches none. */
  readonly pageSize: readonly PageSize[] | null;
  /** A host whose release cannot be read matches none. */
  readonly release: ReleaseRange | null;
}

/** A kernel that the matching hosts are judged for besides their own and the three page sizes. */
export interface PolicyTarget {
  readonly name: string;
  /** What is not said stays as the host has it. */
  readonly pageSize: PageSize | null;
  readonly release: KernelRelease | null;
  /** Symbols that the kernel has otherwise, without CONFIG_. */
  readonly config: readonly { readonly symbol: string; readonly to: ConfigValue }[];
  readonly hosts: HostMatcher;
}

/** What a kernel config may lack: the two groups of symbols, or a version that honours an altmap on arm64. */
export type Lack = 'zone-device' | 'pfn' | 'altmap-honoured';

/** A size in bytes, or a share of the range's size (0 to 1). */
export type Loss = { readonly bytes: number } | { readonly share: number };

interface RuleBase {
  /** What the finding is called; alerts, filters and waivers name it. */
  readonly code: string;
  /** What the code means, in one line. */
  readonly title: string;
  /** `none`: no finding, and no later rule of this code is asked. */
  readonly severity: FindingFact['severity'] | 'none';
  readonly message: MessageTemplate;
  readonly hosts: HostMatcher;
}

/** About one verdict: a device range under one kernel. */
export interface VerdictRule extends RuleBase {
  readonly about: 'verdict';
  readonly when: {
    readonly basis: readonly Basis[] | null;
    /** Names of targets of this policy. */
    readonly target: readonly string[] | null;
    readonly question: readonly Question[] | null;
    readonly outcome: readonly Outcome[] | null;
    /** Reason codes, as `altmap explain` knows them. */
    readonly reason: readonly string[] | null;
    readonly mode: readonly NonNullable<DeviceRange['mode']>[] | null;
    /** How the range was made. */
    readonly map: readonly NonNullable<DeviceRange['map']>[] | null;
    /** What the host's own kernel makes of the range as it is. */
    readonly today: readonly Outcome[] | null;
    /** Taking the device away again crashes the kernel. */
    readonly oopsOnRemoval: boolean | null;
    /** Bytes of the range that cannot hold data. */
    readonly lostAtLeast: Loss | null;
    /** Struct pages in DRAM. */
    readonly dramAtLeast: Loss | null;
  };
}

/** About the config and version of the host's own kernel. */
export interface ConfigRule extends RuleBase {
  readonly about: 'config';
  readonly when: {
    /** Any of these. */
    readonly lacks: readonly Lack[] | null;
    /** Every symbol (without CONFIG_) has one of its values; a fragment that does not tell matches none. */
    readonly symbols: readonly { readonly symbol: string; readonly values: readonly ('y' | 'm' | 'n')[] }[] | null;
    /** Whether the host has device memory at all. */
    readonly deviceMemory: boolean | null;
  };
}

/** About device memory that the host has, but whose place or size no part of the report tells. */
interface UnplacedRule extends RuleBase {
  readonly about: 'unplaced';
}

export type PolicyRule = VerdictRule | ConfigRule | UnplacedRule;

/** Which matters are findings, for which hosts, and for which kernels hosts are judged. */
export interface Policy {
  readonly name: string;
  readonly targets: readonly PolicyTarget[];
  /** In order: of each code the first rule that matches a matter decides. */
  readonly rules: readonly PolicyRule[];
}

/** What a policy asks about a host, beside its evidence. */
export interface HostTraits {
  readonly labels: Readonly<Record<string, string>>;
  readonly pageSize: PageSize | null;
  readonly release: KernelRelease | null;
}
