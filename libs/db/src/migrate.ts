import { migrations } from '@altmap/migrations';
import type { Kysely } from 'kysely';
import { type Migration, Migrator } from 'kysely/migration';

export interface MigrateOptions {
  /** Told of each migration that was run. */
  readonly log: (message: string) => void;
  /** Default: those of this version. */
  readonly migrations?: Readonly<Record<string, Migration>>;
}

/** Names sort by bytes, not by a locale. */
function migratorOf<DB>(db: Kysely<DB>, all: Readonly<Record<string, Migration>>): Migrator {
  return new Migrator({
    db,
    provider: { getMigrations: async () => ({ ...all }) },
    nameComparator: (one, two) => (one < two ? -1 : Number(one > two)),
  });
}

/**
 * Brings the database to this version's schema, all or nothing. Callers at the same moment wait for each other (Kysely's
 * migrator holds an advisory lock); the later ones find nothing to do. Gives the names of the migrations that were run.
 * @throws Error when a migration fails, or when the database was migrated by a newer version.
 */
export async function migrateToLatest<DB>(db: Kysely<DB>, options: MigrateOptions): Promise<string[]> {
  const { error, results = [] } = await migratorOf(db, options.migrations ?? migrations).migrateToLatest();
  if (error !== undefined) {
    const failed = results.find((result) => result.status === 'Error');
    const what = failed === undefined ? 'the database cannot be migrated' : `migration ${failed.migrationName} failed`;
    throw new Error(`${what}: ${error instanceof Error ? error.message : String(error)}`, { cause: error });
  }
  const names = results.map((result) => result.migrationName);
  for (const name of names) options.log(`migrated: ${name}`);
  return names;
}

/** Names of the migrations that this version has and the database has not. */
export async function pendingMigrations<DB>(
  db: Kysely<DB>,
  all: Readonly<Record<string, Migration>> = migrations,
): Promise<string[]> {
  const known = await migratorOf(db, all).getMigrations();
  return known.filter((migration) => migration.executedAt === undefined).map((migration) => migration.name);
}
