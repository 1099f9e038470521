import type { Manifest, PartKind } from '@altmap/protocol';

/** What is known of one host before it is judged. */
export interface HostEvidence {
  readonly name: string;
  /** As the user named it; "-" for standard input. */
  readonly path: string;
  readonly labels: Readonly<Record<string, string>>;
  /** As in /etc/machine-id; null where the capture has none. */
  readonly machineId: string | null;
  readonly release: string;
  /** Bytes; null where nothing says it. */
  readonly pageSize: Manifest['pageSize'];
  readonly parts: ReadonlyMap<PartKind, EvidencePart>;
}

export interface EvidencePart {
  /** Path of the file, as one would type it. */
  readonly path: string;
  /** Unpacked. */
  readonly content: Uint8Array;
}
