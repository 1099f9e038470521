import type { ConfigHistoryRepository, Page, PageRequest, SymbolChangeRow, SymbolFilter } from '@altmap/core';
import type { SymbolState } from '@altmap/policy';
import { sql } from 'kysely';
import { chunks } from './chunks.ts';
import { decodeCursor, encodeCursor, TimeCursor } from './cursor.ts';
import type { Database } from './database.ts';
import { inTransaction } from './in-transaction.ts';
import { isUuid } from './is-uuid.ts';
import { pageOf } from './page-of.ts';
import { storableText } from './storable-text.ts';

const digest = (sha256: string): Buffer => Buffer.from(sha256, 'hex');

export class PostgresConfigHistoryRepository implements ConfigHistoryRepository {
  readonly #db: Database;

  constructor(db: Database) {
    this.#db = db;
  }

  async symbolChanges(filter: SymbolFilter, page: PageRequest): Promise<Page<SymbolChangeRow>> {
    const rows = await symbolChangesQuery(this.#db, filter, page).execute();
    return pageOf(rows, page.first, ({ before_state, before_value, after_state, after_value, ...row }) => ({
      cursor: encodeCursor({ at: row.at.toISOString(), id: row.id }),
      node: { ...row, before: toState(before_state, before_value), after: toState(after_state, after_value) },
    }));
  }

  async configsOf(reportId: string): Promise<{ before: string; after: string; previousReportId: string } | null> {
    const { rows } = await sql<{ before: Buffer; after: Buffer; previous: string }>`
      select old_part.sha256 as before, part.sha256 as after, previous.id as previous
      from report
      join report_part part on part.report_id = report.id and part.kind = 'config'
      join report previous on previous.host_id = report.host_id and previous.state <> 'failed'
        and (previous.received_at, previous.id) < (report.received_at, report.id)
      join report_part old_part on old_part.report_id = previous.id and old_part.kind = 'config'
      where report.id = ${reportId}
      order by previous.received_at desc, previous.id desc
      limit 1
    `.execute(this.#db);
    const [row] = rows;
    if (row === undefined) return null;
    return {
      before: row.before.toString('hex'),
      after: row.after.toString('hex'),
      previousReportId: row.previous,
    };
  }

  async findDiff(before: string, after: string): Promise<string | null> {
    const diff = await this.#db
      .selectFrom('config_diff')
      .select('id')
      .where('before_sha256', '=', digest(before))
      .where('after_sha256', '=', digest(after))
      .executeTakeFirst();
    return diff?.id ?? null;
  }

  async saveDiff({ id, before, after, changes }: Parameters<ConfigHistoryRepository['saveDiff']>[0]): Promise<string> {
    return inTransaction(this.#db, async (trx) => {
      const own = await trx
        .insertInto('config_diff')
        .values({ id, before_sha256: digest(before), after_sha256: digest(after) })
        .onConflict((conflict) => conflict.columns(['before_sha256', 'after_sha256']).doNothing())
        .returning('id')
        .executeTakeFirst();
      if (own === undefined) {
        const other = await trx
          .selectFrom('config_diff')
          .select('id')
          .where('before_sha256', '=', digest(before))
          .where('after_sha256', '=', digest(after))
          .executeTakeFirstOrThrow();
        return other.id;
      }
      const rows = changes.map((change) => ({
        config_diff_id: id,
        symbol: storableText(change.symbol),
        before_state: change.before.state,
        before_value: change.before.value === null ? null : storableText(change.before.value),
        after_state: change.after.state,
        after_value: change.after.value === null ? null : storableText(change.after.value),
      }));
      for (const chunk of chunks(rows)) await trx.insertInto('symbol_change').values(chunk).execute();
      return id;
    });
  }

  async recordChange({ id, reportId, diffId }: Parameters<ConfigHistoryRepository['recordChange']>[0]): Promise<void> {
    await sql`
      insert into config_change (id, host_id, report_id, at, config_diff_id)
      select ${id}, host_id, id, received_at, ${diffId} from report where id = ${reportId}
      on conflict (report_id) do nothing
    `.execute(this.#db);
  }
}

/** The query behind a page of changes, newest first. */
function symbolChangesQuery(db: Database, { symbol, hostId }: SymbolFilter, { first, after }: PageRequest) {
  let query = db
    .selectFrom('symbol_change')
    .innerJoin('config_change', 'config_change.config_diff_id', 'symbol_change.config_diff_id')
    .select(['config_change.id', 'config_change.host_id as hostId', 'config_change.report_id as reportId'])
    .select(['config_change.at', 'symbol_change.symbol', 'before_state', 'before_value', 'after_state', 'after_value'])
    .where('symbol_change.symbol', '=', storableText(symbol));
  if (hostId !== undefined) {
    query = isUuid(hostId) ? query.where('config_change.host_id', '=', hostId) : query.where(sql.lit(false));
  }
  if (after !== null) {
    const last = decodeCursor(after, TimeCursor);
    query = query.where(
      sql<boolean>`(config_change.at, config_change.id) < (${last.at}::timestamptz, ${last.id}::uuid)`,
    );
  }
  return query
    .orderBy('config_change.at', 'desc')
    .orderBy('config_change.id', 'desc')
    .limit(first + 1);
}

function toState(state: SymbolState['state'], value: string | null): SymbolState {
  return state === 'set' ? { state, value: value ?? '' } : { state, value: null };
}
