import { isPostgresUrl } from './backend.ts';
import { migratePostgresBackend } from './postgres-backend.ts';

/**
 * Makes the place where jobs wait ready for this version: on Postgres its tables are created or upgraded; Redis needs
 * nothing. May be called any number of times, and by several processes at once.
 */
export async function prepareQueue(url: string): Promise<void> {
  if (isPostgresUrl(url)) await migratePostgresBackend(url);
}
