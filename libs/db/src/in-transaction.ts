import type { Transaction } from 'kysely';
import type { Database } from './database.ts';
import type { DB } from './schema.generated.ts';
import { DEADLOCK_DETECTED, SERIALIZATION_FAILURE, sqlstate } from './sqlstate.ts';

const ATTEMPTS = 5;
/** A transaction that lost to another may well succeed now. */
const TRANSIENT = new Set([SERIALIZATION_FAILURE, DEADLOCK_DETECTED]);

/** Runs work in a transaction (READ COMMITTED); one that loses to another is rolled back and run again, a few times. */
export async function inTransaction<T>(db: Database, work: (trx: Transaction<DB>) => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await db.transaction().setIsolationLevel('read committed').execute(work);
    } catch (error) {
      if (attempt === ATTEMPTS || !TRANSIENT.has(sqlstate(error))) throw error;
      await new Promise((resolve) => setTimeout(resolve, Math.random() * 20 * 2 ** attempt));
    }
  }
}
