import type { NewReport, ReportRepository } from '@altmap/core';
import { AltmapError, type Part } from '@altmap/protocol';
import { sql, type Transaction } from 'kysely';
import type { Database } from './database.ts';
import { inTransaction } from './in-transaction.ts';
import { jsonb } from './jsonb.ts';
import type { DB } from './schema.generated.ts';
import { storableText } from './storable-text.ts';

export class PostgresReportRepository implements ReportRepository {
  readonly #db: Database;

  constructor(db: Database) {
    this.#db = db;
  }

  async touchUnchanged(hostId: string, digest: string, at: Date): Promise<string | null> {
    const host = await this.#db
      .updateTable('host')
      .set({ last_seen_at: sql`greatest(last_seen_at, ${at})` })
      .where('id', '=', hostId)
      .where('latest_report_digest', '=', Buffer.from(digest, 'hex'))
      .returning('latest_report_id')
      .executeTakeFirst();
    return host?.latest_report_id ?? null;
  }

  async commit(report: NewReport): Promise<{ reportId: string } | { missing: string[] }> {
    const digest = Buffer.from(report.digest, 'hex');
    return inTransaction(this.#db, async (trx) => {
      const host = await trx
        .selectFrom('host')
        .select(['latest_report_id', 'latest_report_digest'])
        .where('id', '=', report.hostId)
        .where('removed_at', 'is', null)
        .forNoKeyUpdate()
        .executeTakeFirst();
      if (host === undefined) throw new AltmapError('E_NOT_FOUND', 'the host that this token was issued to is gone');
      const seen = { last_seen_at: sql<Date>`greatest(last_seen_at, ${report.receivedAt})` };
      if (host.latest_report_id !== null && host.latest_report_digest?.equals(digest) === true) {
        await trx.updateTable('host').set(seen).where('id', '=', report.hostId).execute();
        return { reportId: host.latest_report_id };
      }
      const missing = await missingBlobs(trx, report.manifest.parts);
      if (missing.length > 0) return { missing };
      await insertReport(trx, report, digest);
      await trx
        .updateTable('host')
        .set({ ...seen, latest_report_id: report.id, latest_report_digest: digest })
        .where('id', '=', report.hostId)
        .execute();
      return { reportId: report.id };
    });
  }

  async listStranded(before: Date, limit: number): Promise<string[]> {
    const reports = await this.#db
      .selectFrom('report')
      .select('id')
      .where('state', '=', 'received')
      .where('received_at', '<', before)
      .orderBy('received_at')
      .limit(limit)
      .execute();
    return reports.map((report) => report.id);
  }
}

/** Digests that are not stored, or not with this size. The rest is locked: nobody can remove it before the commit. */
async function missingBlobs(trx: Transaction<DB>, parts: readonly Part[]): Promise<string[]> {
  const digests = [...new Set(parts.map((part) => part.sha256))];
  const stored = await trx
    .selectFrom('blob')
    .select(['sha256', 'bytes'])
    .where(
      'sha256',
      'in',
      digests.map((sha256) => Buffer.from(sha256, 'hex')),
    )
    .orderBy('sha256')
    .forKeyShare()
    .execute();
  const bytes = new Map(stored.map((blob) => [blob.sha256.toString('hex'), blob.bytes]));
  const missing = parts.filter((part) => bytes.get(part.sha256) !== part.bytes).map((part) => part.sha256);
  return [...new Set(missing)];
}

async function insertReport(trx: Transaction<DB>, { id, hostId, receivedAt, manifest }: NewReport, digest: Buffer) {
  await trx
    .insertInto('report')
    .values({
      id,
      host_id: hostId,
      state: 'received',
      digest,
      release: storableText(manifest.release),
      page_size: manifest.pageSize,
      absent: jsonb(manifest.absent),
      collected_at: new Date(manifest.collectedAt),
      received_at: receivedAt,
    })
    .execute();
  const parts = manifest.parts.map((part) => ({
    report_id: id,
    kind: part.kind,
    sha256: Buffer.from(part.sha256, 'hex'),
  }));
  await trx.insertInto('report_part').values(parts).execute();
}
