import type { Basis, DeviceRange, Diagnostic, VerdictRemedy } from '@altmap/policy';
import type { PlugResult } from '@altmap/vmemmap';
import type { Finding } from '../findings/finding.ts';
import type { ReportState } from '../intake/report.ts';

/** Keyset page: at most `first` items after the item that the cursor names. Cursors are opaque strings. */
export interface PageRequest {
  readonly first: number;
  readonly after: string | null;
}

export interface Page<T> {
  readonly items: readonly { readonly cursor: string; readonly node: T }[];
  readonly hasNextPage: boolean;
}

export interface HostRow {
  readonly id: string;
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly createdAt: Date;
  readonly lastSeenAt: Date;
  /** Null while it is one of the fleet. */
  readonly removedAt: Date | null;
  readonly latestReportId: string | null;
}

export interface ReportRow {
  readonly id: string;
  readonly hostId: string;
  readonly state: ReportState;
  readonly release: string;
  readonly pageSize: number | null;
  readonly receivedAt: Date;
  readonly collectedAt: Date;
  readonly checkedAt: Date | null;
  readonly failure: string | null;
  /** Parts that the host or archive did not give, and why. */
  readonly absent: readonly { readonly kind: string; readonly reason: string }[];
  readonly diagnostics: readonly Diagnostic[];
  readonly verdictSetId: string | null;
}

export interface DeviceRangeRow extends DeviceRange {
  readonly id: string;
  readonly verdictSetId: string;
}

export interface VerdictRow {
  readonly id: string;
  readonly deviceRangeId: string;
  readonly basis: Basis;
  /** Name of the policy's target; null for every other basis. */
  readonly target: string | null;
  readonly pageSize: number;
  readonly question: 'as-is' | 'made-anew';
  readonly mode: string;
  readonly align: number | null;
  readonly outcome: string;
  readonly reason: string;
  readonly sentence: string;
  readonly engineVersion: string;
  readonly result: PlugResult;
  readonly remedies: readonly VerdictRemedy[];
}

/** What the verdicts of a checked report were made by, and from. */
export interface VerdictSetRow {
  readonly reportId: string;
  readonly engineVersion: string;
  /** SHA-256 (hex) of everything that the verdicts depend on. */
  readonly inputDigest: string;
}

export interface HostFilter {
  /** Hosts whose latest report has a verdict with one of these outcomes (own kernel, as it is). */
  readonly outcome?: readonly string[];
  /** Page size in bytes of the latest report. */
  readonly pageSize?: readonly number[];
  /** Every one of these labels with exactly this value. */
  readonly labels?: Readonly<Record<string, string>>;
  /** Hosts with an open finding of one of these severities. */
  readonly severity?: readonly string[];
  /** Part of the name, case ignored. */
  readonly name?: string;
  /** Hosts that were last heard of before this time. */
  readonly seenBefore?: Date;
  /** Hosts that were heard of at this time or later. */
  readonly seenSince?: Date;
}

export interface FindingFilter {
  readonly hostId?: string;
  readonly code?: readonly string[];
  readonly severity?: readonly string[];
  /** Default: open ones only. A waived one is not counted as open. */
  readonly state?: 'open' | 'waived' | 'resolved' | 'all';
  readonly labels?: Readonly<Record<string, string>>;
}

export interface VerdictFilter {
  readonly basis?: readonly string[];
  readonly pageSize?: readonly number[];
  readonly question?: readonly string[];
  readonly outcome?: readonly string[];
}

/** Read models for people: one query each. The list methods by id serve dataloaders. Implemented by libs/db. */
export interface FleetReader {
  /** Hosts that were not removed, ordered by name, then id. @throws AltmapError E_BAD_CURSOR */
  hosts(filter: HostFilter, page: PageRequest): Promise<Page<HostRow>>;
  /** Removed ones as well: what is told of them stays readable. */
  hostsByIds(ids: readonly string[]): Promise<readonly HostRow[]>;
  reportsByIds(ids: readonly string[]): Promise<readonly ReportRow[]>;
  /** Those of one host that are still kept, newest first. @throws AltmapError E_BAD_CURSOR */
  reportsOfHost(hostId: string, page: PageRequest): Promise<Page<ReportRow>>;
  verdictSetsByReports(reportIds: readonly string[]): Promise<readonly VerdictSetRow[]>;
  deviceRangesByVerdictSets(verdictSetIds: readonly string[]): Promise<readonly DeviceRangeRow[]>;
  verdictsByDeviceRanges(deviceRangeIds: readonly string[], filter: VerdictFilter): Promise<readonly VerdictRow[]>;
  /** Newest first seen first, then id. @throws AltmapError E_BAD_CURSOR */
  findings(filter: FindingFilter, page: PageRequest): Promise<Page<Finding>>;
  openFindingsByHosts(hostIds: readonly string[]): Promise<readonly Finding[]>;
}
