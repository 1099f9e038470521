import type { Manifest, PartKind } from '@altmap/protocol';

/** `received` is the outbox: a report that was acknowledged and is not yet checked gets its job again, after any crash. */
export type ReportState = 'received' | 'checked' | 'failed';

export interface NewReport {
  readonly id: string;
  readonly hostId: string;
  readonly receivedAt: Date;
  /** SHA-256 (hex) of what the manifest says, time aside: equal digests mean an unchanged host. */
  readonly digest: string;
  readonly manifest: Manifest;
}

/** Implemented by libs/db. */
export interface ReportRepository {
  /**
   * One indexed UPDATE: if the host's latest report has this digest, note that the host was seen, and return the report's
   * id; else null.
   */
  touchUnchanged(hostId: string, digest: string, at: Date): Promise<string | null>;
  /**
   * In one transaction: store the report with all its parts and make it the host's latest (report id, digest, last seen);
   * or, if blobs that it names are not stored (or are stored with another size), store nothing and name them.
   * Two equal reports of a host at the same moment give one report: the second gets the first's id.
   */
  commit(report: NewReport): Promise<{ reportId: string } | { missing: string[] }>;
  /** Ids of reports that are `received` since before the given time, oldest first. */
  listStranded(before: Date, limit: number): Promise<string[]>;
}

/** Content-addressed evidence. Implemented by libs/db. */
export interface BlobRepository {
  has(sha256: string): Promise<boolean>;
  /** Storing a blob that is there already refreshes its time and changes nothing else. `bytes` is the unpacked size. */
  put(blob: { sha256: string; bytes: number; zstd: Uint8Array; at: Date }): Promise<void>;
  /** zstd-compressed contents of a report's parts. */
  partsOf(reportId: string): Promise<ReadonlyMap<PartKind, Uint8Array>>;
  /** Removes blobs that no report names and that were last put before the given time; returns how many. */
  removeOrphans(before: Date, limit: number): Promise<number>;
}
