import {
  type AlertRepository,
  type AuditEvent,
  type DeliveryAttempt,
  type Flushed,
  newId,
  type NotificationFilter,
  type NotificationRow,
  type NotificationToSend,
  type Page,
  type PageRequest,
} from '@altmap/core';
import { AlertNotice, AltmapError, ReceiverTarget } from '@altmap/protocol';
import { sql, type Transaction } from 'kysely';
import { decodeCursor, encodeCursor, TimeCursor } from './cursor.ts';
import type { Database } from './database.ts';
import { flushGroup } from './flush-group.ts';
import { inTransaction } from './in-transaction.ts';
import { insertAuditEvent } from './insert-audit-event.ts';
import { isUuid } from './is-uuid.ts';
import { jsonb } from './jsonb.ts';
import { pageOf } from './page-of.ts';
import type { DB } from './schema.generated.ts';
import { sqlstate, UNIQUE_VIOLATION } from './sqlstate.ts';
import { storableText } from './storable-text.ts';

export class PostgresAlertRepository implements AlertRepository {
  readonly #db: Database;

  constructor(db: Database) {
    this.#db = db;
  }

  flush(...[groupId, now, decide, compose]: Parameters<AlertRepository['flush']>): Promise<Flushed | null> {
    return inTransaction(this.#db, (trx) => flushGroup(trx, { groupId, now, decide, compose }));
  }

  async listOverdueGroups(now: Date, before: Date, limit: number): Promise<string[]> {
    const { rows } = await sql<{ id: string }>`
      select g.id from alert_group g join alert_rule r on r.id = g.rule_id
      where (
        exists (
          select from alert a where a.group_id = g.id and a.firing <> a.told
            and a.changed_at < ${before}::timestamptz - r.group_wait_ms * interval '1 ms'
            and (not a.held or g.held_until is null or g.held_until <= ${now})
        ) or (
          g.notified_at <= ${now}::timestamptz - r.repeat_interval_ms * interval '1 ms'
          and (g.held_until is null or g.held_until <= ${now})
          and exists (select from alert a where a.group_id = g.id and a.firing and a.told)
        )
      ) and not exists (select from notification n where n.group_id = g.id and n.state = 'pending')
      order by g.looked_at nulls first limit ${limit}
    `.execute(this.#db);
    return rows.map(({ id }) => id);
  }

  async load(notificationId: string): Promise<NotificationToSend | null> {
    const row = await this.#db
      .selectFrom('notification')
      .innerJoin('receiver', 'receiver.id', 'notification.receiver_id')
      .select(['notification.id', 'notification.created_at as createdAt', 'notification.state', 'notification.content'])
      .select(['notification.group_id as groupId', 'receiver.id as receiverId', 'receiver.name', 'receiver.target'])
      .where('notification.id', '=', notificationId)
      .executeTakeFirst();
    if (row === undefined) return null;
    const { receiverId, name, target, content, ...notification } = row;
    const receiver = { id: receiverId, name, target: ReceiverTarget.parse(target) };
    return { ...notification, content: AlertNotice.parse(content), receiver };
  }

  async recordAttempt(
    notificationId: string,
    { at, latencyMs, status, error }: DeliveryAttempt,
  ): Promise<string | null> {
    return inTransaction(this.#db, async (trx) => {
      const attempt = { id: newId(), notification_id: notificationId, at, latency_ms: Math.round(latencyMs), status };
      await trx
        .insertInto('notification_attempt')
        .values({ ...attempt, error: error === null ? null : storableText(error) })
        .execute();
      if (error !== null) return null;
      const sent = await trx
        .updateTable('notification')
        .set({ state: 'sent', settled_at: at })
        .where('id', '=', notificationId)
        .where('state', '=', 'pending')
        .returning(['group_id as groupId', 'created_at as createdAt'])
        .executeTakeFirst();
      if (sent === undefined || sent.groupId === null) return null;
      const { groupId, createdAt } = sent;
      await sql`
        update alert set told = said.firing
        from notification n join alert_group g on g.id = n.group_id, unnest(n.finding_ids, n.firing) as said (finding_id, firing)
        where n.id = ${notificationId} and alert.rule_id = g.rule_id and alert.finding_id = said.finding_id
      `.execute(trx);
      // Counted from when it was written, as what changed while it was under way is yet to be told.
      await trx.updateTable('alert_group').set({ notified_at: createdAt }).where('id', '=', groupId).execute();
      return withNews(trx, groupId);
    });
  }

  async markDead(notificationId: string, reason: string, at: Date): Promise<string | null> {
    return inTransaction(this.#db, async (trx) => {
      const dead = await trx
        .updateTable('notification')
        .set({ state: 'dead', settled_at: at, failure: storableText(reason) })
        .where('id', '=', notificationId)
        .where('state', '=', 'pending')
        .returning('group_id as groupId')
        .executeTakeFirst();
      return dead === undefined || dead.groupId === null ? null : withNews(trx, dead.groupId);
    });
  }

  async listStranded(before: Date, limit: number): Promise<string[]> {
    const notifications = await this.#db
      .selectFrom('notification')
      .select('id')
      .where('state', '=', 'pending')
      .where('created_at', '<', before)
      .orderBy('created_at')
      .limit(limit)
      .execute();
    return notifications.map((notification) => notification.id);
  }

  /** @throws AltmapError E_NOT_FOUND, E_CONFLICT */
  async resend(notificationId: string, event: AuditEvent): Promise<void> {
    const known = isUuid(notificationId)
      ? await this.#db
          .selectFrom('notification')
          .select(['state', 'group_id as groupId', 'sequence'])
          .where('id', '=', notificationId)
          .executeTakeFirst()
      : undefined;
    if (known === undefined) throw new AltmapError('E_NOT_FOUND', `there is no notification ${notificationId}`);
    if (known.state !== 'dead') throw new AltmapError('E_CONFLICT', `notification ${notificationId} is ${known.state}`);
    const superseded = `a later message of its group says all that notification ${notificationId} did`;
    try {
      await inTransaction(this.#db, async (trx) => {
        const { rows } = await sql`
          update notification set state = 'pending', settled_at = null, failure = null
          where id = ${notificationId} and state = 'dead' and not exists (
            select from notification later where later.group_id = notification.group_id
              and later.sequence > notification.sequence and later.state <> 'dead'
          ) returning id
        `.execute(trx);
        if (rows.length === 0) throw new AltmapError('E_CONFLICT', superseded);
        await insertAuditEvent(trx, event);
      });
    } catch (error) {
      if (sqlstate(error) === UNIQUE_VIOLATION) throw new AltmapError('E_CONFLICT', superseded, {}, error);
      throw error;
    }
  }

  async notifications({ state, receiver }: NotificationFilter, page: PageRequest): Promise<Page<NotificationRow>> {
    let query = this.#rows();
    if (state !== undefined) query = query.where('notification.state', '=', state);
    if (receiver !== undefined) query = query.where('receiver.name', '=', storableText(receiver));
    if (page.after !== null) {
      const { at, id } = decodeCursor(page.after, TimeCursor);
      query = query.where(sql<boolean>`(notification.created_at, notification.id) < (${at}::timestamptz, ${id}::uuid)`);
    }
    const rows = await query
      .orderBy('notification.created_at', 'desc')
      .orderBy('notification.id', 'desc')
      .limit(page.first + 1)
      .execute();
    return pageOf(rows, page.first, (row) => ({
      cursor: encodeCursor({ at: row.createdAt.toISOString(), id: row.id }),
      node: toRow(row),
    }));
  }

  async notification(id: string): Promise<NotificationRow | null> {
    if (!isUuid(id)) return null;
    const row = await this.#rows().where('notification.id', '=', id).executeTakeFirst();
    return row === undefined ? null : toRow(row);
  }

  async attempts(notificationId: string): Promise<readonly DeliveryAttempt[]> {
    if (!isUuid(notificationId)) return [];
    return this.#db
      .selectFrom('notification_attempt')
      .select(['at', 'latency_ms as latencyMs', 'status', 'error'])
      .where('notification_id', '=', notificationId)
      .orderBy('at')
      .orderBy('id')
      .execute();
  }

  addTest(...[{ id, receiverId, content, at }, event]: Parameters<AlertRepository['addTest']>): Promise<void> {
    return inTransaction(this.#db, async (trx) => {
      await trx
        .insertInto('notification')
        .values({
          id,
          group_id: null,
          receiver_id: receiverId,
          sequence: content.sequence,
          content: jsonb(content),
          finding_ids: [],
          firing: [],
          state: 'pending',
          created_at: at,
        })
        .execute();
      await insertAuditEvent(trx, event);
    });
  }

  #rows() {
    return this.#db
      .selectFrom('notification')
      .innerJoin('receiver', 'receiver.id', 'notification.receiver_id')
      .select(['notification.id', 'receiver.name as receiver', 'notification.state', 'notification.failure'])
      .select(['notification.created_at as createdAt', 'notification.settled_at as settledAt', 'notification.content'])
      .select((eb) =>
        eb
          .selectFrom('notification_attempt')
          .whereRef('notification_attempt.notification_id', '=', 'notification.id')
          .select(({ fn }) => fn.countAll<number>().as('n'))
          .as('attempts'),
      );
  }
}

function toRow({
  attempts,
  content,
  ...row
}: Omit<NotificationRow, 'attempts' | 'content'> & { attempts: number | null; content: unknown }): NotificationRow {
  return { ...row, attempts: attempts ?? 0, content: AlertNotice.parse(content) };
}

async function withNews(trx: Transaction<DB>, groupId: string): Promise<string | null> {
  const news = await trx
    .selectFrom('alert')
    .select('finding_id')
    .where('group_id', '=', groupId)
    .whereRef('firing', '<>', 'told')
    .limit(1)
    .executeTakeFirst();
  return news === undefined ? null : groupId;
}
