import type { Principal, TokenRecord, TokenRepository } from '@altmap/core';
import type { Database } from './database.ts';
import { isUuid } from './is-uuid.ts';

export class PostgresTokenRepository implements TokenRepository {
  readonly #db: Database;

  constructor(db: Database) {
    this.#db = db;
  }

  async findPrincipal(sha256: Uint8Array): Promise<Principal | null> {
    const token = await this.#db
      .selectFrom('token')
      .leftJoin('host', 'host.id', 'token.host_id')
      .select(['token.id as tokenId', 'token.kind', 'host.id as hostId', 'host.machine'])
      .where('token.sha256', '=', Buffer.from(sha256))
      .where('token.revoked_at', 'is', null)
      .executeTakeFirst();
    if (token === undefined) return null;
    const { tokenId, kind, hostId, machine } = token;
    if (kind !== 'agent') return { kind, tokenId };
    if (hostId === null || machine === null) throw new Error(`agent token ${tokenId} has no host`);
    return { kind, tokenId, hostId, machine: machine.toString('hex') };
  }

  async insert(token: Parameters<TokenRepository['insert']>[0]): Promise<void> {
    await this.#db
      .insertInto('token')
      .values({
        id: token.id,
        kind: token.kind,
        name: token.name,
        sha256: Buffer.from(token.sha256),
        host_id: token.hostId,
        created_at: token.createdAt,
        revoked_at: null,
      })
      .execute();
  }

  async list(): Promise<readonly TokenRecord[]> {
    return this.#db
      .selectFrom('token')
      .select(['id', 'kind', 'name', 'host_id as hostId', 'created_at as createdAt', 'revoked_at as revokedAt'])
      .orderBy('created_at')
      .orderBy('id')
      .execute();
  }

  async revoke(id: string, at: Date): Promise<boolean> {
    if (!isUuid(id)) return false;
    const revoked = await this.#db
      .updateTable('token')
      .set({ revoked_at: at })
      .where('id', '=', id)
      .where('revoked_at', 'is', null)
      .returning('id')
      .executeTakeFirst();
    return revoked !== undefined;
  }
}
