import type { Assessment, Diagnostic } from '@altmap/policy';
import type { PartKind } from '@altmap/protocol';
import type { AlertChanges, AlertRule } from '../alerts/alert.ts';
import type { Finding, FindingChanges } from '../findings/finding.ts';
import type { Waiver } from '../findings/waiver.ts';
import type { Host } from '../hosts/host.ts';
import type { ReportState } from '../intake/report.ts';

export interface ReportToCheck {
  readonly id: string;
  readonly hostId: string;
  readonly state: ReportState;
  readonly release: string;
  readonly pageSize: number | null;
  /** Of the host. */
  readonly labels: Readonly<Record<string, string>>;
  /** SHA-256 (hex) of each part. */
  readonly digests: ReadonlyMap<PartKind, string>;
}

/** What runs inside the one transaction that ends a check. */
export interface CheckTransaction {
  /**
   * Locks the host, then the report; null when the report is gone. No report of a removed host is the latest. No waiver is
   * added or ended before the transaction ends.
   */
  lock(reportId: string): Promise<{ state: ReportState; hostId: string; isLatest: boolean } | null>;
  markChecked(reportId: string, verdictSetId: string, diagnostics: readonly Diagnostic[], at: Date): Promise<void>;
  /** Gives a checked report other verdicts. */
  markRejudged(reportId: string, verdictSetId: string, diagnostics: readonly Diagnostic[]): Promise<void>;
  host(hostId: string): Promise<Host>;
  /** All findings of a host, resolved ones included. */
  findings(hostId: string): Promise<readonly Finding[]>;
  applyFindings(changes: FindingChanges): Promise<void>;
  /** Waivers that hold at a time. */
  waivers(at: Date): Promise<readonly Waiver[]>;
  alertRules(): Promise<readonly AlertRule[]>;
  /** Gives the groups in which anything is different now, and how long each waits for more. Milliseconds. */
  applyAlerts(changes: AlertChanges, at: Date): Promise<readonly { groupId: string; groupWaitMs: number }[]>;
}

/** Implemented by libs/db. */
export interface CheckRepository {
  load(reportId: string): Promise<ReportToCheck | null>;
  /** Equal inputs are judged once: the set that this engine version gave for these inputs, if any. */
  findVerdictSet(engineVersion: string, inputDigest: string): Promise<{ id: string; assessment: Assessment } | null>;
  /** Stores the assessment with its ranges and verdicts; if another worker was faster, returns that set's id. */
  saveVerdictSet(set: { id: string; inputDigest: string; assessment: Assessment; at: Date }): Promise<string>;
  transact<T>(work: (transaction: CheckTransaction) => Promise<T>): Promise<T>;
  /** Dead letter: only a report that is still `received` becomes `failed`. The host may then send the same again. */
  markFailed(reportId: string, reason: string, at: Date): Promise<void>;
}
