import { setTimeout as sleep } from 'node:timers/promises';
import { closeDatabase, createDatabase } from '@altmap/db';
import { sql } from 'kysely';

/** Rows of one table, as pg_stat_user_tables counts them. */
interface RowCount {
  readonly inserted: number;
  readonly updated: number;
  readonly deleted: number;
}

/** By schema and table; those that nothing was written to are left out. */
export type RowCounts = Readonly<Record<string, RowCount>>;

/** A process of Postgres that has nothing to do tells within 10 seconds what it wrote. */
const TOLD_AFTER_MS = 11_000;

export interface RowCounter {
  /** All that was written until now, by whomever. */
  read(): Promise<RowCounts>;
  close(): Promise<void>;
}

export function openRowCounter(databaseUrl: string, toldAfterMs: number = TOLD_AFTER_MS): RowCounter {
  const database = createDatabase(databaseUrl, {
    poolSize: 1,
    applicationName: 'fleet-sim',
    onError: (error) => process.stderr.write(`fleet-sim: ${error.message}\n`),
  });
  return {
    async read() {
      await sleep(toldAfterMs);
      const { rows } = await sql<RowCount & { name: string }>`
        select schemaname || '.' || relname as name, n_tup_ins::float as inserted, n_tup_upd::float as updated,
          n_tup_del::float as deleted
        from pg_stat_user_tables order by 1
      `.execute(database);
      return Object.fromEntries(rows.map(({ name, ...count }) => [name, count]));
    },
    close: () => closeDatabase(database),
  };
}

export function rowsBetween(before: RowCounts, after: RowCounts): RowCounts {
  const none: RowCount = { inserted: 0, updated: 0, deleted: 0 };
  const written = Object.entries(after).map(([name, now]): [string, RowCount] => {
    const then = before[name] ?? none;
    return [
      name,
      {
        inserted: now.inserted - then.inserted,
        updated: now.updated - then.updated,
        deleted: now.deleted - then.deleted,
      },
    ];
  });
  return Object.fromEntries(written.filter(([, { inserted, updated, deleted }]) => inserted + updated + deleted > 0));
}
