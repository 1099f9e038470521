import type { Severity } from '@altmap/protocol';

/** What is looked up when somebody reads the metrics. Implemented by libs/db. */
export interface AlertGauges {
  /** Open findings that no waiver covers, by severity and code. */
  openFindings(): Promise<readonly { severity: Severity; code: string; count: number }[]>;
  /** When the oldest message that is still pending was written; null where none is. */
  oldestUnsent(): Promise<Date | null>;
}
