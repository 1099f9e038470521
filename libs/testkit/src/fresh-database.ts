import { inject } from 'vitest';
import './provided-context.ts';
import { createDatabaseOn } from './start-postgres.ts';

/** An empty database of its own on the shared Postgres; gives its URL. It goes away with the server. */
export function freshDatabase(): Promise<string> {
  return createDatabaseOn(inject('postgresUrl'));
}
