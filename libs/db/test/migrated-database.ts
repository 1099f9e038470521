import { closeDatabase, createDatabase, type Database } from '../src/database.ts';
import { migrateToLatest } from '../src/migrate.ts';

export interface MigratedDatabase {
  readonly db: Database;
  /** Throws when connections broke meanwhile. */
  close(): Promise<void>;
}

/** Gives an empty database this version's schema. */
export async function migratedDatabase(url: string): Promise<MigratedDatabase> {
  const errors: Error[] = [];
  const db = createDatabase(url, { poolSize: 8, applicationName: 'test', onError: (error) => errors.push(error) });
  await migrateToLatest(db, { log: () => {} });
  return {
    db,
    async close() {
      await closeDatabase(db);
      if (errors.length > 0) throw new AggregateError(errors, 'connections broke');
    },
  };
}
