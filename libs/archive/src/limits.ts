import { LIMITS } from '@altmap/protocol';

const MIB = 1024 * 1024;

/** Bounds on one archive. Whatever goes above one ends the reading with that bound's error code. */
export interface ArchiveLimits {
  /** Bytes as they come in. E_BODY_TOO_LARGE. */
  readonly packedBytes: number;
  /** Bytes as they come out of the decompressor, all members together. E_UNPACKED_TOO_LARGE. */
  readonly unpackedBytes: number;
  /** Unpacked bytes for each packed byte, looked at from `ratioFromBytes` unpacked bytes on. E_ARCHIVE_RATIO. */
  readonly ratio: number;
  readonly ratioFromBytes: number;
  /** Headers in the archive, those of links, directories and long names included. E_ARCHIVE_ENTRIES. */
  readonly entries: number;
  /** Bytes in the name of a member. E_ARCHIVE_PATH. */
  readonly pathBytes: number;
  /** Unpacked bytes of one member that is read; a larger one is left out with a diagnostic. */
  readonly memberBytes: number;
  /** Bytes, and number, of the members that are kept until the layout is known. E_UNPACKED_TOO_LARGE, E_ARCHIVE_ENTRIES. */
  readonly keptBytes: number;
  readonly keptMembers: number;
  /** From the first to the last byte. E_REQUEST_TIMEOUT. */
  readonly milliseconds: number;
}

/**
 * Made for whole sosreports: some ten thousand members, 100 MB packed, 1 GB unpacked, a ratio of 5 to 40. The bounds of a
 * member and of a part are the same, so that what is read can also be sent.
 */
export const ARCHIVE_LIMITS: ArchiveLimits = {
  packedBytes: 512 * MIB,
  unpackedBytes: 4096 * MIB,
  ratio: 250,
  ratioFromBytes: 16 * MIB,
  entries: 100_000,
  pathBytes: 4096,
  memberBytes: LIMITS.blobBytes,
  keptBytes: 64 * MIB,
  keptMembers: 20_000,
  milliseconds: 120_000,
};
