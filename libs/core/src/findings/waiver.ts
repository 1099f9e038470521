import { type LabelMatcher, matchesLabels } from '@altmap/policy';
import type { AuditEvent } from '../audit/audit-event.ts';
import type { Finding } from './finding.ts';

/** What a waiver covers: every condition that is given must hold, and at least one is. */
interface WaiverScope {
  readonly hostId: string | null;
  /** Conditions on the host's labels. */
  readonly labels: readonly LabelMatcher[];
  /** Code of the findings. */
  readonly code: string | null;
}

/** Somebody has looked at these findings and takes them as they are, for a time. */
export interface Waiver extends WaiverScope {
  readonly id: string;
  readonly reason: string;
  /** Who answers for it. */
  readonly owner: string;
  /** As the audit trail names whoever made it. */
  readonly createdBy: string;
  readonly createdAt: Date;
  readonly expiresAt: Date;
  /** When it was ended, by its expiry or by somebody; null while it holds. */
  readonly endedAt: Date | null;
}

/** What waivers look at in a host. */
export interface WaivableHost {
  readonly id: string;
  readonly labels: Readonly<Record<string, string>>;
}

export function covers(waiver: WaiverScope, host: WaivableHost, code: string): boolean {
  return (
    (waiver.hostId === null || waiver.hostId === host.id) &&
    (waiver.code === null || waiver.code === code) &&
    matchesLabels(waiver.labels, host.labels)
  );
}

/** The waiver that holds longest of those that cover a finding. */
export function waiverFor(waivers: readonly Waiver[], host: WaivableHost, code: string): Waiver | null {
  return waivers
    .filter((waiver) => covers(waiver, host, code))
    .reduce<Waiver | null>((best, one) => (best === null || one.expiresAt > best.expiresAt ? one : best), null);
}

export interface WaiverFilter {
  /** live: holds now. */
  readonly state: 'live' | 'ended' | 'all';
}

/** Implemented by libs/db. */
export interface WaiverRepository {
  /** Newest first. */
  list(filter: WaiverFilter): Promise<readonly Waiver[]>;
  byIds(ids: readonly string[]): Promise<readonly Waiver[]>;
  /**
   * Stores it, and waives the open findings that it covers: whoever was told of them is told that they are over. Gives their
   * number and the alert groups that have something to say.
   */
  add(
    waiver: Waiver,
    event: AuditEvent,
  ): Promise<{ readonly waived: number; readonly groups: readonly WaitingGroup[] }>;
  /**
   * Ends a waiver. Findings that no other waiver covers are open again, in a new episode and with the time at which they were
   * first seen; rules ask for alerts as for new ones. Null where it is unknown or has ended before.
   */
  end(id: string, at: Date, event: AuditEvent): Promise<Reopened | null>;
  /** Ids of waivers that hold no longer but have not ended, the oldest first. */
  listExpired(now: Date, limit: number): Promise<readonly string[]>;
}

export interface Reopened {
  readonly findings: readonly Finding[];
  readonly groups: readonly WaitingGroup[];
}

/** A group of alerts that has something to say, and how long it waits for more. Milliseconds. */
export interface WaitingGroup {
  readonly groupId: string;
  readonly groupWaitMs: number;
}
