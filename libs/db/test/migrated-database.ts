import { freshDatabase } from '@altmap/testkit';
import { closeDatabase, createDatabase, type Database } from '../src/database.ts';
import { migrateToLatest } from '../src/migrate.ts';

/** A database of its own with this version's schema, and how to close it. */
export async function migratedDatabase(): Promise<{ db: Database; url: string; close(): Promise<void> }> {
  const url = await freshDatabase();
  const errors: Error[] = [];
  const db = createDatabase(url, { poolSize: 8, applicationName: 'test', onError: (error) => errors.push(error) });
  await migrateToLatest(db, { log: () => {} });
  return {
    db,
    url,
    async close() {
      await closeDatabase(db);
      if (errors.length > 0) throw new AggregateError(errors, 'connections broke');
    },
  };
}
