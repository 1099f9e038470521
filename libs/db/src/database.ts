import { Kysely } from 'kysely';
import pg from 'pg';
import { AvailabilityDialect } from './availability-dialect.ts';
import type { DB } from './schema.generated.ts';

export type Database = Kysely<DB>;

export interface DatabaseOptions {
  /** Most connections that are open at a time. */
  readonly poolSize: number;
  /** Shown in pg_stat_activity. */
  readonly applicationName: string;
  /** Told of connections that break. The pool replaces them by itself. */
  readonly onError: (error: Error) => void;
}

const INT8_OID = pg.types.builtins.INT8;

/** Addresses, sizes and counts are bigint in Postgres and at most 2^53 - 1: a number holds them exactly, or this throws. */
function parseInt8(text: string): number {
  const value = Number(text);
  if (!Number.isSafeInteger(value)) throw new RangeError(`expected a bigint of at most 53 bits, got ${text}`);
  return value;
}

const types: pg.CustomTypesConfig = {
  getTypeParser: ((oid: number, format?: 'text' | 'binary') =>
    oid === INT8_OID && format !== 'binary'
      ? parseInt8
      : pg.types.getTypeParser(oid, format as 'text')) as pg.CustomTypesConfig['getTypeParser'],
};

/**
 * Opens a pool on a Postgres. No connection is made until the first query.
 * Queries throw AltmapError E_UNAVAILABLE when Postgres does not answer.
 */
export function createDatabase(url: string, options: DatabaseOptions): Database {
  const pool = new pg.Pool({
    connectionString: url,
    max: options.poolSize,
    application_name: options.applicationName,
    connectionTimeoutMillis: 10_000,
    keepAlive: true,
    types,
  });
  // A connection can also break while it is held, between two queries: then nothing else would hear of it, and Node would
  // end the process.
  pool.on('connect', (client) => client.on('error', options.onError));
  pool.on('error', () => {});
  return new Kysely<DB>({ dialect: new AvailabilityDialect({ pool }) });
}

/** Waits for the connections in use and closes all. */
export async function closeDatabase(db: Database): Promise<void> {
  await db.destroy();
}
