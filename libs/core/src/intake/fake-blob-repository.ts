import type { PartKind } from '@altmap/protocol';
import type { BlobRepository } from './report.ts';

type Blob = Parameters<BlobRepository['put']>[0];

/** Keeps blobs in memory. `parts` says which report has which part: kind and digest. */
export class FakeBlobRepository implements BlobRepository {
  readonly blobs = new Map<string, Blob>();
  readonly parts = new Map<string, ReadonlyMap<PartKind, string>>();

  async has(sha256: string): Promise<boolean> {
    return this.blobs.has(sha256);
  }

  async put(blob: Blob): Promise<void> {
    const before = this.blobs.get(blob.sha256);
    this.blobs.set(blob.sha256, before === undefined ? blob : { ...before, at: blob.at });
  }

  async partsOf(reportId: string): Promise<ReadonlyMap<PartKind, Uint8Array>> {
    const contents = new Map<PartKind, Uint8Array>();
    for (const [kind, sha256] of this.parts.get(reportId) ?? []) {
      const blob = this.blobs.get(sha256);
      if (blob !== undefined) contents.set(kind, blob.zstd);
    }
    return contents;
  }

  async removeOrphans(before: Date, limit: number): Promise<number> {
    const named = new Set([...this.parts.values()].flatMap((parts) => [...parts.values()]));
    const orphans = [...this.blobs.values()].filter((blob) => blob.at < before && !named.has(blob.sha256));
    for (const orphan of orphans.slice(0, limit)) this.blobs.delete(orphan.sha256);
    return Math.min(orphans.length, limit);
  }
}
