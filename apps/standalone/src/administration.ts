import { userInfo } from 'node:os';
import {
  type AuditEvent,
  type AuditFilter,
  type IssuedToken,
  ManageTokens,
  type PersonKind,
  systemClock,
  type TokenRecord,
} from '@altmap/core';
import { closeDatabase, createDatabase, createRepositories, migrateToLatest, type Repositories } from '@altmap/db';
import { type Config, type Environment, loadConfig } from '@altmap/platform';
import { prepareQueue } from '@altmap/queue';
import { DataDir } from './data-dir.ts';
import { namesDatabase } from './names-database.ts';

const PAGE = 200;

/** The configuration; where it names no database, that of the standalone server that runs here is meant. */
export function configOf(environment: Environment): Config {
  if (namesDatabase(environment)) return loadConfig(environment);
  const { databaseUrl } = new DataDir(environment['ALTMAP_DATA_DIR'] || './.altmap').connection();
  return loadConfig({ ...environment, ALTMAP_DATABASE_URL: databaseUrl });
}

/** Does something with a database, on a connection of its own. */
export async function onDatabase<T>(url: string, work: (repositories: Repositories) => Promise<T>): Promise<T> {
  const db = createDatabase(url, { poolSize: 1, applicationName: 'altmap-cli', onError: () => {} });
  try {
    return await work(createRepositories(db));
  } finally {
    await closeDatabase(db);
  }
}

const withTokens = async <T>(environment: Environment, work: (manage: ManageTokens) => Promise<T>): Promise<T> =>
  onDatabase(configOf(environment).ALTMAP_DATABASE_URL, ({ tokens }) =>
    work(new ManageTokens(tokens, systemClock, commandLine())),
  );

/** How the audit trail names whoever has the database's password and uses it. */
export function commandLine(): string {
  try {
    return `command line (${userInfo().username})`;
  } catch {
    // A user id without an entry in the user database, as containers have.
    return `command line (uid ${process.getuid?.() ?? '?'})`;
  }
}

/** Brings the schema of the database and of a queue on Postgres up to date; returns what was done, line by line. */
export async function migrate(environment: Environment): Promise<string[]> {
  const config = configOf(environment);
  const lines: string[] = [];
  const db = createDatabase(config.ALTMAP_DATABASE_URL, {
    poolSize: 1,
    applicationName: 'altmap-migrate',
    onError: () => {},
  });
  try {
    await migrateToLatest(db, { log: (line) => lines.push(line) });
  } finally {
    await closeDatabase(db);
  }
  await prepareQueue(config.ALTMAP_QUEUE_URL ?? config.ALTMAP_DATABASE_URL);
  return lines;
}

/** The token is in the answer and nowhere else: only its SHA-256 is stored. */
export function tokenCreate(
  environment: Environment,
  options: {
    kind: PersonKind | 'enroll';
    name: string;
    /** Of an enrolment token: what hosts that enrol with it get. */
    labels?: Readonly<Record<string, string>>;
    /** How long it is good; for ever when not given. */
    lifetimeMs?: number;
  },
): Promise<{ id: string; token: string }> {
  const { lifetimeMs, ...request } = options;
  const expiresAt = lifetimeMs === undefined ? null : new Date(systemClock.now().getTime() + lifetimeMs);
  return withTokens(environment, async (manage) => shown(await manage.create({ ...request, expiresAt })));
}

/** Another token in the place of one, which is good for `graceMs` more. @throws AltmapError E_NOT_FOUND */
export function tokenRotate(
  environment: Environment,
  id: string,
  graceMs: number,
): Promise<{ id: string; token: string }> {
  return withTokens(environment, async (manage) => shown(await manage.rotate(id, graceMs / 1_000)));
}

const shown = ({ record, secret }: IssuedToken): { id: string; token: string } => ({ id: record.id, token: secret });

/** Oldest first. */
export function tokenList(environment: Environment): Promise<readonly TokenRecord[]> {
  return withTokens(environment, async (manage) => {
    const tokens: TokenRecord[] = [];
    for (let after: string | null = null; ; ) {
      const { items, hasNextPage } = await manage.list({}, { first: PAGE, after });
      tokens.push(...items.map(({ node }) => node));
      after = items.at(-1)?.cursor ?? null;
      if (!hasNextPage) return tokens.reverse();
    }
  });
}

/** @throws AltmapError E_NOT_FOUND for a token that is unknown or was revoked before. */
export async function tokenRevoke(environment: Environment, id: string): Promise<void> {
  await withTokens(environment, (manage) => manage.revoke(id));
}

/** What was changed, newest first. */
export async function auditList(
  environment: Environment,
  filter: AuditFilter,
  limit: number,
): Promise<readonly AuditEvent[]> {
  return onDatabase(configOf(environment).ALTMAP_DATABASE_URL, async ({ audit }) =>
    (await audit.events(filter, { first: limit, after: null })).items.map(({ node }) => node),
  );
}
