import type { SymbolChange } from '@altmap/policy';
import type { Page, PageRequest } from '../fleet/fleet-reader.ts';

/** A host's config changed from one of its reports to the next, and with it this symbol. */
export interface SymbolChangeRow extends SymbolChange {
  readonly id: string;
  readonly hostId: string;
  /** The first report with the new config; it may be gone already. */
  readonly reportId: string;
  /** When that report was received. */
  readonly at: Date;
}

export interface SymbolFilter {
  /** Without CONFIG_. */
  readonly symbol: string;
  readonly hostId?: string;
}

/** Implemented by libs/db. */
export interface ConfigHistoryRepository {
  /** Newest first. @throws AltmapError E_BAD_CURSOR */
  symbolChanges(filter: SymbolFilter, page: PageRequest): Promise<Page<SymbolChangeRow>>;
  /**
   * The configs of a report and of the host's last report before it that has one, as SHA-256 (hex); null where the report has
   * no config, or is the first with one. Reports that could not be checked do not count.
   */
  configsOf(reportId: string): Promise<{ before: string; after: string; previousReportId: string } | null>;
  findDiff(before: string, after: string): Promise<string | null>;
  /** Where another worker was faster, that one's id. */
  saveDiff(diff: { id: string; before: string; after: string; changes: readonly SymbolChange[] }): Promise<string>;
  /** Doing it again changes nothing. */
  recordChange(change: { id: string; reportId: string; diffId: string }): Promise<void>;
}
