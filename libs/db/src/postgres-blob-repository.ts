import type { BlobRepository } from '@altmap/core';
import { PartKind } from '@altmap/protocol';
import { sql } from 'kysely';
import type { Database } from './database.ts';
import { FOREIGN_KEY_VIOLATION, sqlstate } from './sqlstate.ts';

export class PostgresBlobRepository implements BlobRepository {
  readonly #db: Database;

  constructor(db: Database) {
    this.#db = db;
  }

  async has(sha256: string): Promise<boolean> {
    const blob = await this.#db
      .selectFrom('blob')
      .select('bytes')
      .where('sha256', '=', Buffer.from(sha256, 'hex'))
      .executeTakeFirst();
    return blob !== undefined;
  }

  async put({ sha256, bytes, zstd, at }: Parameters<BlobRepository['put']>[0]): Promise<void> {
    await this.#db
      .insertInto('blob')
      .values({ sha256: Buffer.from(sha256, 'hex'), bytes, zstd: Buffer.from(zstd), put_at: at })
      .onConflict((conflict) =>
        conflict.column('sha256').doUpdateSet({ put_at: sql`greatest(blob.put_at, excluded.put_at)` }),
      )
      .execute();
  }

  async partsOf(reportId: string): Promise<ReadonlyMap<PartKind, Uint8Array>> {
    const parts = await this.#db
      .selectFrom('report_part')
      .innerJoin('blob', 'blob.sha256', 'report_part.sha256')
      .select(['report_part.kind', 'blob.zstd'])
      .where('report_part.report_id', '=', reportId)
      .execute();
    return new Map(parts.map((part) => [PartKind.parse(part.kind), part.zstd]));
  }

  async removeOrphans(before: Date, limit: number): Promise<number> {
    try {
      // A blob that a report is being committed with is locked (FOR KEY SHARE) and skipped.
      const removed = await this.#db
        .deleteFrom('blob')
        .where('sha256', 'in', (blobs) =>
          blobs
            .selectFrom('blob as orphan')
            .select('orphan.sha256')
            .where('orphan.put_at', '<', before)
            .where(({ not, exists, selectFrom }) =>
              not(
                exists(
                  selectFrom('report_part')
                    .select('report_part.kind')
                    .whereRef('report_part.sha256', '=', 'orphan.sha256'),
                ),
              ),
            )
            .orderBy('orphan.put_at')
            .limit(limit)
            .forUpdate()
            .skipLocked(),
        )
        .executeTakeFirstOrThrow();
      return Number(removed.numDeletedRows);
    } catch (error) {
      // A report was committed with one of them after they were chosen. The foreign key kept them all: next time, then.
      if (sqlstate(error) === FOREIGN_KEY_VIOLATION) return 0;
      throw error;
    }
  }
}
