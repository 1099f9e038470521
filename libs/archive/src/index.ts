export { ARCHIVE_LIMITS, type ArchiveLimits } from './limits.ts';
export type { ArchiveHost } from './layout/host-identity.ts';
export { type ArchiveKind, type Layout, layoutOf, mayMatter } from './layout/layout-of.ts';
export { loosePart } from './layout/loose-part.ts';
export type { Member } from './layout/member.ts';
export { type ArchiveReport, partsOf } from './layout/parts-of.ts';
export { type ArchiveOptions, readArchive } from './read-archive.ts';
