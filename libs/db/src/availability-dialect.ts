import { AltmapError } from '@altmap/protocol';
import {
  type DatabaseConnection,
  type Driver,
  PostgresDialect,
  type PostgresDialectConfig,
  PostgresDriver,
} from 'kysely';

/** Node's codes of a connection that cannot be made or that breaks. */
const SOCKET_CODES = new Set([
  'EAI_AGAIN',
  'ECONNREFUSED',
  'ECONNRESET',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ENOTFOUND',
  'EPIPE',
  'ETIMEDOUT',
]);
/** SQLSTATE class 08: connection exception; 57P01-3: stopping, crashed, starting; 53300: full; 25006: a read-only standby. */
const SQLSTATES = /^(08...|57P0[123]|53300|25006)$/;
/** What pg says, without a code, of a connection that is gone or was not given in time. */
const MESSAGES =
  /^(Connection terminated|timeout exceeded when trying to connect|Client has encountered a connection error)/;

function isUnavailable(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  // Several addresses were tried (::1 and 127.0.0.1) and none answered.
  if (error instanceof AggregateError) return error.errors.every(isUnavailable);
  const code = 'code' in error && typeof error.code === 'string' ? error.code : '';
  return SOCKET_CODES.has(code) || SQLSTATES.test(code) || MESSAGES.test(error.message);
}

async function translated<T>(work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    if (!isUnavailable(error)) throw error;
    throw new AltmapError('E_UNAVAILABLE', 'the database does not answer', {}, error);
  }
}

class AvailabilityDriver extends PostgresDriver {
  readonly #translating = new WeakSet<DatabaseConnection>();

  override async acquireConnection(): Promise<DatabaseConnection> {
    const connection = await translated(super.acquireConnection());
    if (!this.#translating.has(connection)) {
      this.#translating.add(connection);
      const execute = connection.executeQuery.bind(connection);
      connection.executeQuery = (query) => translated(execute(query));
    }
    return connection;
  }
}

/** Postgres, but a server that is away, starting or stopping gives AltmapError E_UNAVAILABLE: told apart here, once. */
export class AvailabilityDialect extends PostgresDialect {
  readonly #config: PostgresDialectConfig;

  constructor(config: PostgresDialectConfig) {
    super(config);
    this.#config = config;
  }

  override createDriver(): Driver {
    return new AvailabilityDriver(this.#config);
  }
}
