import type { AuditEvent, Host, HostRepository } from '@altmap/core';
import { sql } from 'kysely';
import { applyAlerts } from './apply-alerts.ts';
import type { Database } from './database.ts';
import { insertAuditEvent } from './insert-audit-event.ts';
import { inTransaction } from './in-transaction.ts';
import { isUuid } from './is-uuid.ts';
import { jsonb } from './jsonb.ts';
import { storableText } from './storable-text.ts';
import { toLabels } from './to-labels.ts';

/** Enough to tell that a name is not one host's. */
const MOST_NAMESAKES = 2;

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
            removed_at: null,
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

  async idsOf(idOrName: string): Promise<readonly string[]> {
    const hosts = await this.#db
      .selectFrom('host')
      .select('id')
      .where('removed_at', 'is', null)
      .where((eb) => (isUuid(idOrName) ? eb('id', '=', idOrName) : eb('name', '=', storableText(idOrName))))
      .orderBy('id')
      .limit(MOST_NAMESAKES)
      .execute();
    return hosts.map(({ id }) => id);
  }

  async changeLabels(
    ...[hostId, change, eventOf]: Parameters<HostRepository['changeLabels']>
  ): Promise<Host['labels'] | null> {
    if (!isUuid(hostId)) return null;
    return inTransaction(this.#db, async (trx) => {
      const host = await trx
        .selectFrom('host')
        .select('labels')
        .where('id', '=', hostId)
        .where('removed_at', 'is', null)
        .forNoKeyUpdate()
        .executeTakeFirst();
      if (host === undefined) return null;
      const labels = change(toLabels(host.labels));
      await trx
        .updateTable('host')
        .set({ labels: jsonb(labels) })
        .where('id', '=', hostId)
        .execute();
      await insertAuditEvent(trx, eventOf(labels));
      return labels;
    });
  }

  async remove(hostId: string, at: Date, event: AuditEvent): Promise<boolean> {
    if (!isUuid(hostId)) return false;
    return inTransaction(this.#db, async (trx) => {
      // Without a digest the same report is no repetition, should the machine enrol again.
      const removed = await trx
        .updateTable('host')
        .set({ removed_at: at, latest_report_digest: null })
        .where('id', '=', hostId)
        .where('removed_at', 'is', null)
        .returning('id')
        .executeTakeFirst();
      if (removed === undefined) return false;
      await trx
        .updateTable('token')
        .set({ revoked_at: at })
        .where('host_id', '=', hostId)
        .where('revoked_at', 'is', null)
        .execute();
      const findings = await trx
        .updateTable('finding')
        .set({ resolved_at: at })
        .where('host_id', '=', hostId)
        .where('resolved_at', 'is', null)
        .returning('id')
        .execute();
      // The sweeper sees to it that the groups which this changes are told.
      await applyAlerts(trx, { firing: [], resolved: findings.map(({ id }) => id) }, at);
      await insertAuditEvent(trx, event);
      return true;
    });
  }
}
