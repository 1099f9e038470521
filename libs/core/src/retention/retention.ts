import type { Clock } from '../clock.ts';

/** Implemented by libs/db. */
export interface RetentionRepository {
  /**
   * Looks at the next hosts after the given id (null: from the first one on), in the order of their ids, and removes in one
   * transaction: reports that are past their time or beyond the newest `keepReports`; verdict sets and blobs (last put before
   * `blobsBefore`) that no other report names; config changes before `before`; findings that were resolved before it; hosts that were removed before it,
   * with all that is theirs. A host's latest report stays, so do reports that still wait, or that a kept finding names.
   * `last` is null when there is no further host.
   */
  removeOld(batch: {
    after: string | null;
    hosts: number;
    before: Date;
    keepReports: number;
    blobsBefore: Date;
  }): Promise<{ last: string | null; reports: number; hosts: number }>;
}

export interface RetentionPorts {
  readonly retention: RetentionRepository;
  readonly clock: Clock;
  readonly keepMs: number;
  readonly keepReports: number;
}

const HOSTS_A_BATCH = 500;
/** A blob may be put some time before the report that names it. */
const BLOB_MS = 24 * 60 * 60 * 1_000;

/** Keeps the history of hosts within its bounds, some hosts at a time: every sweep goes on where the last one stopped. */
export class Retention {
  readonly #ports: RetentionPorts;
  #after: string | null = null;

  constructor(ports: RetentionPorts) {
    this.#ports = ports;
  }

  async runBatch(): Promise<void> {
    const { retention, clock, keepMs, keepReports } = this.#ports;
    const now = clock.now().getTime();
    const { last } = await retention.removeOld({
      after: this.#after,
      hosts: HOSTS_A_BATCH,
      before: new Date(now - keepMs),
      keepReports,
      blobsBefore: new Date(now - BLOB_MS),
    });
    this.#after = last;
  }
}
