import type { Database } from '@altmap/db';
import { sql } from 'kysely';

/**
 * Gives a function that tells how many rows of each table, those of the queue included, have been inserted or updated since:
 * the rows that a later transaction wrote. A row that was written twice counts once.
 */
export async function watchRows(database: Database): Promise<() => Promise<Readonly<Record<string, number>>>> {
  const { rows: tables } = await sql<{ name: string }>`
    select format('%I.%I', schemaname, relname) as name from pg_stat_user_tables
  `.execute(database);
  const { rows } = await sql<{ xid: string }>`select pg_current_xact_id() as xid`.execute(database);
  const start = rows[0]?.xid;
  return async () => {
    const counted = tables.map(async ({ name }): Promise<[string, number]> => {
      const { rows: found } = await sql<{ n: number }>`
        select count(*)::int as n from ${sql.raw(name)} where xmin::text::bigint > ${start}::bigint
      `.execute(database);
      return [name, found[0]?.n ?? 0];
    });
    return Object.fromEntries((await Promise.all(counted)).filter(([, n]) => n > 0));
  };
}
