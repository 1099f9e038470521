import type { HostRepository } from '@altmap/core';
import { sql } from 'kysely';
import type { Database } from './database.ts';
import { insertAuditEvent } from './insert-audit-event.ts';
import { inTransaction } from './in-transaction.ts';
import { jsonb } from './jsonb.ts';
import { storableText } from './storable-text.ts';

export class PostgresHostRepository implements HostRepository {
  readonly #db: Database;

  constructor(db: Database) {
    this.#db = db;
  }

  async enrol({
    id,
    machine,
    name,
    labels,
    token,
    at,
    eventOf,
  }: Parameters<HostRepository['enrol']>[0]): Promise<{ hostId: string }> {
    const said = { name: storableText(name), labels: jsonb(labels) };
    return inTransaction(this.#db, async (trx) => {
      // Locks the host's row, so that two enrolments of one machine at the same moment come one after the other.
      const host = await trx
        .insertInto('host')
        .values({ id, machine: Buffer.from(machine, 'hex'), ...said, created_at: at, last_seen_at: at })
        .onConflict((conflict) =>
          conflict.column('machine').doUpdateSet({
            name: said.name,
            // Labels that people gave it meanwhile stay.
            labels: sql`host.labels || excluded.labels`,
            last_seen_at: sql`greatest(host.last_seen_at, excluded.last_seen_at)`,
          }),
        )
        .returning('id')
        .executeTakeFirstOrThrow();
      await trx
        .updateTable('token')
        .set({ revoked_at: at })
        .where('host_id', '=', host.id)
        .where('revoked_at', 'is', null)
        .execute();
      await trx
        .insertInto('token')
        .values({
          id: token.id,
          kind: 'agent',
          name: said.name,
          sha256: Buffer.from(token.sha256),
          host_id: host.id,
          created_at: at,
          revoked_at: null,
        })
        .execute();
      await insertAuditEvent(trx, eventOf(host.id));
      return { hostId: host.id };
    });
  }
}
