import type { RetentionRepository } from '@altmap/core';
import { sql, type Transaction } from 'kysely';
import type { Database } from './database.ts';
import { inTransaction } from './in-transaction.ts';
import type { DB } from './schema.generated.ts';
import { FOREIGN_KEY_VIOLATION, sqlstate } from './sqlstate.ts';

type Batch = Parameters<RetentionRepository['removeOld']>[0];

/** So that one transaction does not hold its locks for long; the next round takes the rest. */
const MOST_REPORTS = 2_000;

export class PostgresRetentionRepository implements RetentionRepository {
  readonly #db: Database;

  constructor(db: Database) {
    this.#db = db;
  }

  async removeOld(batch: Batch): Promise<{ last: string | null; reports: number; hosts: number }> {
    await sql`delete from rate_counter where expires_at < now() - interval '1 hour'`.execute(this.#db);
    const ids = await nextHosts(this.#db, batch);
    const last = ids.length < batch.hosts ? null : (ids.at(-1) ?? null);
    try {
      return { last, ...(await inTransaction(this.#db, (trx) => removeOf(trx, ids, batch))) };
    } catch (error) {
      // Somebody began to use what was chosen meanwhile (a verdict set, a blob): all of it stays until the next round.
      if (sqlstate(error) === FOREIGN_KEY_VIOLATION) return { last, reports: 0, hosts: 0 };
      throw error;
    }
  }
}

async function nextHosts(db: Database, { after, hosts }: Batch): Promise<string[]> {
  let query = db.selectFrom('host').select('id').orderBy('id').limit(hosts);
  if (after !== null) query = query.where('id', '>', after);
  return (await query.execute()).map(({ id }) => id);
}

async function removeOf(
  trx: Transaction<DB>,
  hostIds: readonly string[],
  batch: Batch,
): Promise<{ reports: number; hosts: number }> {
  const { before, keepReports, blobsBefore } = batch;
  await sql`
    delete from finding where host_id = any(${hostIds}::uuid[]) and resolved_at < ${before}
  `.execute(trx);
  const { rows: forgotten } = await sql<{ id: string }>`
    delete from config_change where host_id = any(${hostIds}::uuid[]) and at < ${before} returning config_diff_id as id
  `.execute(trx);
  const gone = await trx
    .selectFrom('host')
    .select('id')
    .where(sql<boolean>`id = any(${hostIds}::uuid[]) and removed_at < ${before}`)
    .orderBy('id')
    .forUpdate()
    .execute();
  const goneIds = gone.map(({ id }) => id);

  const { rows: left } = await sql<{ id: string }>`
    delete from config_change where host_id = any(${goneIds}::uuid[]) returning config_diff_id as id
  `.execute(trx);
  const diffs = [...new Set([...forgotten, ...left].map(({ id }) => id))].sort();
  await sql`
    delete from config_diff where id = any(${diffs}::uuid[])
      and not exists (select from config_change where config_change.config_diff_id = config_diff.id)
  `.execute(trx);

  // One walk down the index of each host's reports. A host whose newest report still waits keeps what that is compared with.
  const { rows: old } = await sql<{ id: string; verdict_set_id: string | null }>`
    select past.id, past.verdict_set_id
    from host
    join report latest on latest.id = host.latest_report_id
    cross join lateral (
      select id, state, received_at, verdict_set_id,
        row_number() over (order by received_at desc, id desc) as position
      from report where host_id = host.id
    ) past
    where host.id = any(${hostIds}::uuid[]) and (
      host.id = any(${goneIds}::uuid[])
      or (
        latest.state <> 'received' and past.id <> latest.id and past.state <> 'received'
        and (past.position > ${keepReports} or past.received_at < ${before})
        and not exists (select from finding where finding.report_id = past.id)
      )
    )
    limit ${MOST_REPORTS}
  `.execute(trx);
  const reportIds = old.map(({ id }) => id);
  const { rows: parts } = await sql<{ sha256: Buffer }>`
    select distinct sha256 from report_part where report_id = any(${reportIds}::uuid[])
  `.execute(trx);
  // The reports of a host that goes are removed with it: it names the latest of them, and they name it.
  const removedHosts = goneIds.length === 0 || old.length === MOST_REPORTS ? 0 : await removeHosts(trx, goneIds);
  await sql`
    delete from report where id = any(${reportIds}::uuid[])
      and not exists (select from host where host.latest_report_id = report.id)
  `.execute(trx);
  const sets = [...new Set(old.flatMap(({ verdict_set_id: id }) => (id === null ? [] : [id])))].sort();
  await sql`
    delete from verdict_set where id = any(${sets}::uuid[])
      and not exists (select from report where report.verdict_set_id = verdict_set.id)
  `.execute(trx);
  const digests = parts.map(({ sha256 }) => sha256).sort(Buffer.compare);
  await sql`
    delete from blob where sha256 = any(${digests}::bytea[]) and put_at < ${blobsBefore}
      and not exists (select from report_part where report_part.sha256 = blob.sha256)
  `.execute(trx);
  return { reports: reportIds.length, hosts: removedHosts };
}

async function removeHosts(trx: Transaction<DB>, ids: readonly string[]): Promise<number> {
  // Findings name reports as well as hosts, and go first.
  await sql`delete from finding where host_id = any(${ids}::uuid[])`.execute(trx);
  const { numAffectedRows } = await sql`delete from host where id = any(${ids}::uuid[])`.execute(trx);
  return Number(numAffectedRows ?? 0);
}
