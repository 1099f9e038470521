export { createRepositories, type Repositories } from './create-repositories.ts';
export { closeDatabase, createDatabase, type Database, type DatabaseOptions } from './database.ts';
export { type MigrateOptions, migrateToLatest, pendingMigrations } from './migrate.ts';
