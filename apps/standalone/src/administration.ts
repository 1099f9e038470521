import { userInfo } from 'node:os';
import {
  Access,
  type AuditEvent,
  type AuditFilter,
  type PersonKind,
  systemClock,
  type TokenRecord,
} from '@altmap/core';
import { closeDatabase, createDatabase, createRepositories, migrateToLatest, type Repositories } from '@altmap/db';
import { type Config, type Environment, loadConfig } from '@altmap/platform';
import { AltmapError, Labels, TokenName } from '@altmap/protocol';
import { prepareQueue } from '@altmap/queue';
import { DataDir } from './data-dir.ts';
import { namesDatabase } from './names-database.ts';

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

const withAccess = async <T>(environment: Environment, work: (access: Access) => Promise<T>): Promise<T> =>
  onDatabase(configOf(environment).ALTMAP_DATABASE_URL, ({ tokens }) =>
    work(new Access(tokens, systemClock, commandLine())),
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
  const { kind, lifetimeMs } = options;
  const name = TokenName.safeParse(options.name);
  if (!name.success) throw new AltmapError('E_VALIDATION', `name: ${name.error.issues[0]?.message ?? ''}`);
  const labels = Labels.parse(options.labels ?? {});
  if (kind !== 'enroll' && Object.keys(labels).length > 0) {
    throw new AltmapError('E_VALIDATION', 'labels: only a token of kind enroll has them');
  }
  const expiresAt = lifetimeMs === undefined ? null : new Date(systemClock.now().getTime() + lifetimeMs);
  return withAccess(environment, (access) => access.issue(kind, name.data, { labels, expiresAt }));
}

/** Another token in the place of one, which is good for `graceMs` more. @throws AltmapError E_NOT_FOUND */
export async function tokenRotate(
  environment: Environment,
  id: string,
  graceMs: number,
): Promise<{ id: string; token: string }> {
  const rotated = await withAccess(environment, (access) => access.rotate(id, graceMs));
  if (rotated === null) throw new AltmapError('E_NOT_FOUND', `there is no live token ${id}`);
  return rotated;
}

export function tokenList(environment: Environment): Promise<readonly TokenRecord[]> {
  return withAccess(environment, (access) => access.list());
}

/** @throws AltmapError E_NOT_FOUND for a token that is unknown or was revoked before. */
export async function tokenRevoke(environment: Environment, id: string): Promise<void> {
  const revoked = await withAccess(environment, (access) => access.revoke(id));
  if (!revoked) throw new AltmapError('E_NOT_FOUND', `there is no live token ${id}`);
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
