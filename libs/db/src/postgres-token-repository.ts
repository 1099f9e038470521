import type {
  AuditEvent,
  NewToken,
  Page,
  PageRequest,
  Principal,
  TokenFilter,
  TokenRecord,
  TokenRepository,
} from '@altmap/core';
import { sql, type Transaction } from 'kysely';
import { decodeCursor, encodeCursor, IdCursor } from './cursor.ts';
import type { Database } from './database.ts';
import { insertAuditEvent } from './insert-audit-event.ts';
import { inTransaction } from './in-transaction.ts';
import { isUuid } from './is-uuid.ts';
import { jsonb } from './jsonb.ts';
import { pageOf } from './page-of.ts';
import type { DB } from './schema.generated.ts';
import { storableText } from './storable-text.ts';
import { toLabels } from './to-labels.ts';

/** Columns of a token, as toRecord() takes them. */
const TOKEN_COLUMNS = [
  'id',
  'kind',
  'name',
  'labels',
  'host_id as hostId',
  'created_at as createdAt',
  'expires_at as expiresAt',
  'revoked_at as revokedAt',
] as const;

const toRecord = (row: Omit<TokenRecord, 'labels'> & { labels: unknown }): TokenRecord => ({
  ...row,
  labels: toLabels(row.labels),
});

const isLive = (at: Date) =>
  sql<boolean>`token.revoked_at is null and (token.expires_at is null or token.expires_at > ${at})`;

export class PostgresTokenRepository implements TokenRepository {
  readonly #db: Database;

  constructor(db: Database) {
    this.#db = db;
  }

  async findPrincipal(sha256: Uint8Array, at: Date): Promise<Principal | null> {
    const token = await this.#db
      .selectFrom('token')
      .leftJoin('host', 'host.id', 'token.host_id')
      .select(['token.id as tokenId', 'token.kind', 'token.labels', 'host.id as hostId', 'host.machine'])
      .where('token.sha256', '=', Buffer.from(sha256))
      .where(isLive(at))
      .executeTakeFirst();
    if (token === undefined) return null;
    const { tokenId, kind, hostId, machine } = token;
    if (kind === 'enroll') return { kind, tokenId, labels: toLabels(token.labels) };
    if (kind !== 'agent') return { kind, tokenId };
    if (hostId === null || machine === null) throw new Error(`agent token ${tokenId} has no host`);
    return { kind, tokenId, hostId, machine: machine.toString('hex') };
  }

  async insert(token: NewToken, event: AuditEvent): Promise<void> {
    await inTransaction(this.#db, async (trx) => {
      await insertToken(trx, token);
      await insertAuditEvent(trx, event);
    });
  }

  async rotate(...[id, next, endsAt, event]: Parameters<TokenRepository['rotate']>): Promise<TokenRecord | null> {
    if (!isUuid(id)) return null;
    return inTransaction(this.#db, async (trx) => {
      const old = await trx
        .selectFrom('token')
        .select(TOKEN_COLUMNS)
        .where('id', '=', id)
        .where(isLive(next.at))
        .forUpdate()
        .executeTakeFirst();
      if (old === undefined) return null;
      await trx
        .updateTable('token')
        .set(
          endsAt <= next.at
            ? { revoked_at: next.at }
            : { expires_at: sql<Date>`least(coalesce(expires_at, ${endsAt}::timestamptz), ${endsAt}::timestamptz)` },
        )
        .where('id', '=', id)
        .execute();
      const lifetime = old.expiresAt === null ? null : old.expiresAt.getTime() - old.createdAt.getTime();
      const record: TokenRecord = {
        ...toRecord(old),
        id: next.id,
        createdAt: next.at,
        expiresAt: lifetime === null ? null : new Date(next.at.getTime() + lifetime),
      };
      await insertToken(trx, { ...record, sha256: next.sha256 });
      await insertAuditEvent(trx, event);
      return record;
    });
  }

  async get(id: string): Promise<TokenRecord | null> {
    if (!isUuid(id)) return null;
    const row = await this.#db.selectFrom('token').select(TOKEN_COLUMNS).where('id', '=', id).executeTakeFirst();
    return row === undefined ? null : toRecord(row);
  }

  async list({ kind, liveAt }: TokenFilter, { first, after }: PageRequest): Promise<Page<TokenRecord>> {
    // Ids sort in the order in which they were made.
    let query = this.#db.selectFrom('token').select(TOKEN_COLUMNS);
    if (after !== null) query = query.where('id', '<', decodeCursor(after, IdCursor).id);
    if (kind !== undefined) query = query.where('kind', '=', kind);
    if (liveAt !== undefined) query = query.where(isLive(liveAt));
    const rows = await query
      .orderBy('id', 'desc')
      .limit(first + 1)
      .execute();
    return pageOf(rows, first, (row) => ({ cursor: encodeCursor({ id: row.id }), node: toRecord(row) }));
  }

  async revoke(id: string, at: Date, event: AuditEvent): Promise<boolean> {
    if (!isUuid(id)) return false;
    return inTransaction(this.#db, async (trx) => {
      const revoked = await trx
        .updateTable('token')
        .set({ revoked_at: at })
        .where('id', '=', id)
        .where('revoked_at', 'is', null)
        .returning('id')
        .executeTakeFirst();
      if (revoked === undefined) return false;
      await insertAuditEvent(trx, event);
      return true;
    });
  }
}

async function insertToken(trx: Transaction<DB>, token: NewToken): Promise<void> {
  await trx
    .insertInto('token')
    .values({
      id: token.id,
      kind: token.kind,
      name: storableText(token.name),
      sha256: Buffer.from(token.sha256),
      host_id: token.hostId,
      labels: jsonb(token.labels),
      created_at: token.createdAt,
      expires_at: token.expiresAt,
      revoked_at: null,
    })
    .execute();
}
