import type { Diagnostic } from '@altmap/policy';
import type { Manifest, PartKind } from '@altmap/protocol';

/** What is known of one host before it is judged. */
export interface HostEvidence {
  readonly name: string;
  /** As the user named it; "-" for standard input. */
  readonly path: string;
  readonly labels: Readonly<Record<string, string>>;
  /** As in /etc/machine-id; null where the capture has none. */
  readonly machineId: string | null;
  /** SHA-256 (hex) of it, where that alone is told (a bundle of the agent). */
  readonly machine: string | null;
  readonly release: string;
  /** Bytes; null where nothing says it. */
  readonly pageSize: Manifest['pageSize'];
  /** When the agent made the bundle; null for what others have collected. */
  readonly collectedAt: string | null;
  readonly parts: ReadonlyMap<PartKind, EvidencePart>;
  /** Why parts are not there, as far as the archive tells. */
  readonly absent: Manifest['absent'];
  /** What is to be said of the archive that it was read from. */
  readonly remarks: readonly Diagnostic[];
}

export interface EvidencePart {
  /** Path of the file, as one would type it. */
  readonly path: string;
  /** Unpacked. */
  readonly content: Uint8Array;
}
