import type { FindingFact } from '@altmap/policy';
import type { AuditEvent } from '../audit/audit-event.ts';
import type { CheckTransaction } from '../checks/check.ts';
import type { Page, PageRequest } from '../fleet/fleet-reader.ts';

/** One pass over all hosts with another policy or engine. */
export interface RejudgeRun {
  readonly id: string;
  /** Nothing is changed: only told. */
  readonly dryRun: boolean;
  /** A policy that is only tried; null: the one in force. */
  readonly candidate: string | null;
  /** Of the worker that took it up last; null while none has. */
  readonly engineVersion: string | null;
  readonly requestedBy: string;
  readonly createdAt: Date;
  readonly state: 'pending' | 'done' | 'failed';
  readonly finishedAt: Date | null;
  readonly failure: string | null;
  /** Hosts done so far; `skipped` of them have no checked report. */
  readonly hosts: number;
  readonly skipped: number;
  readonly opened: number;
  readonly resolved: number;
  /** Still open, with another severity. */
  readonly changed: number;
}

/** What a pass finds different in a host. */
export interface RejudgeChange extends Pick<FindingFact, 'key' | 'code' | 'severity' | 'subject' | 'summary'> {
  readonly change: 'opened' | 'resolved' | 'changed';
  /** null for what has opened. */
  readonly severityBefore: FindingFact['severity'] | null;
}

export interface RejudgeChangeRow extends RejudgeChange {
  readonly hostId: string;
  readonly hostName: string;
}

/** Implemented by libs/db. */
export interface RejudgeRepository {
  add(run: RejudgeRun, event: AuditEvent): Promise<void>;
  load(id: string): Promise<RejudgeRun | null>;
  /** Takes a pending pass up; null when it is over or unknown. */
  begin(id: string, engineVersion: string): Promise<RejudgeRun | null>;
  /** Hosts that the pass has not come to, by id, with their latest report. */
  nextHosts(id: string, limit: number): Promise<readonly { hostId: string; reportId: string | null }[]>;
  /**
   * Does the work for one host, keeps what it gives, and moves the pass on, in one transaction; null counts the host as skipped.
   * Does nothing when the pass is past this host, or over.
   */
  step(
    id: string,
    hostId: string,
    work: (transaction: CheckTransaction) => Promise<readonly RejudgeChange[] | null>,
  ): Promise<void>;
  /** Ends a pass that is pending; with a reason it has failed. */
  finish(id: string, at: Date, failure: string | null): Promise<void>;
  /** Ids of passes that are pending since before the given time, the oldest first. */
  listStranded(before: Date, limit: number): Promise<string[]>;
  /** By host and key. @throws AltmapError E_BAD_CURSOR */
  changes(id: string, page: PageRequest): Promise<Page<RejudgeChangeRow>>;
}
