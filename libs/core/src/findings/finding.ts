import type { FindingFact } from '@altmap/policy';

/** A stored finding. `episode` counts how often the matter has come up: a finding that comes back opens a new episode. */
export interface Finding extends FindingFact {
  readonly id: string;
  readonly hostId: string;
  readonly episode: number;
  readonly firstSeenAt: Date;
  readonly lastSeenAt: Date;
  readonly resolvedAt: Date | null;
  /** The waiver that covers it: an open finding with one is waived. */
  readonly waiverId: string | null;
  /** The report that showed it last. */
  readonly reportId: string;
}

export interface FindingChanges {
  /** New, or seen again after it was resolved. */
  readonly opened: readonly Finding[];
  /** Open before and still there. */
  readonly seen: readonly Finding[];
  /** Open before and gone. */
  readonly resolved: readonly Finding[];
}
