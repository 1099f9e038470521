import type { FindingFilter } from '../../fleet/fleet-reader.ts';
import type { Finding } from '../finding.ts';

/** A finding with everything that somebody who has only the export needs. */
export interface ExportedFinding extends Finding {
  readonly state: 'open' | 'waived' | 'resolved';
  readonly host: { readonly name: string; readonly labels: Readonly<Record<string, string>> };
  /** What it was found by. */
  readonly evidence: {
    readonly release: string;
    readonly pageSize: number | null;
    readonly engineVersion: string | null;
    /** SHA-256 (hex) of what the verdicts were made from. */
    readonly inputDigest: string | null;
  };
  readonly waiver: { readonly reason: string; readonly owner: string; readonly expiresAt: Date } | null;
}

/** Implemented by libs/db. */
export interface FindingExporter {
  /** Newest first, read piece by piece: the memory that it takes does not grow with the number of findings. */
  stream(filter: FindingFilter): AsyncIterable<readonly ExportedFinding[]>;
}

/** Makes the text of an export, piece by piece. */
export type Render = (pieces: AsyncIterable<readonly ExportedFinding[]>) => AsyncIterable<string>;
