import type { AlertRepository, AlertRule, DeliveryAttempt, NotificationToSend, Receiver } from '@altmap/core';
import { newId } from '@altmap/core';
import { AltmapError } from '@altmap/protocol';
import type { Database } from './database.ts';
import { FINDING_COLUMNS, toFinding } from './finding-row.ts';
import { inTransaction } from './in-transaction.ts';
import { toLabels } from './to-labels.ts';
import { FOREIGN_KEY_VIOLATION, sqlstate, UNIQUE_VIOLATION } from './sqlstate.ts';
import { storableText } from './storable-text.ts';

export class PostgresAlertRepository implements AlertRepository {
  readonly #db: Database;

  constructor(db: Database) {
    this.#db = db;
  }

  async load(notificationId: string): Promise<NotificationToSend | null> {
    const notification = await this.#db
      .selectFrom('notification')
      .select(['id', 'finding_id as findingId', 'episode', 'receiver_id as receiverId', 'event'])
      .select(['state', 'created_at as createdAt'])
      .where('id', '=', notificationId)
      .executeTakeFirst();
    if (notification === undefined) return null;
    const finding = await this.#db
      .selectFrom('finding')
      .select(FINDING_COLUMNS)
      .where('id', '=', notification.findingId)
      .executeTakeFirst();
    if (finding === undefined) return null;
    const host = await this.#db
      .selectFrom('host')
      .select(['id', 'machine', 'name', 'labels'])
      .where('id', '=', finding.hostId)
      .executeTakeFirst();
    const receiver = await this.#db
      .selectFrom('receiver')
      .select(['id', 'name', 'url', 'secret'])
      .where('id', '=', notification.receiverId)
      .executeTakeFirst();
    if (host === undefined || receiver === undefined) return null;
    return {
      ...notification,
      finding: toFinding(finding),
      host: { ...host, machine: host.machine.toString('hex'), labels: toLabels(host.labels) },
      receiver,
    };
  }

  async recordAttempt(notificationId: string, { at, latencyMs, status, error }: DeliveryAttempt): Promise<void> {
    await inTransaction(this.#db, async (trx) => {
      await trx
        .insertInto('notification_attempt')
        .values({
          id: newId(),
          notification_id: notificationId,
          at,
          latency_ms: Math.round(latencyMs),
          status,
          error: error === null ? null : storableText(error),
        })
        .execute();
      if (error !== null) return;
      await trx
        .updateTable('notification')
        .set({ state: 'sent', settled_at: at })
        .where('id', '=', notificationId)
        .where('state', '=', 'pending')
        .execute();
    });
  }

  async markDead(notificationId: string, reason: string, at: Date): Promise<void> {
    await this.#db
      .updateTable('notification')
      .set({ state: 'dead', settled_at: at, failure: storableText(reason) })
      .where('id', '=', notificationId)
      .where('state', '=', 'pending')
      .execute();
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

  /** @throws AltmapError E_CONFLICT when there is a receiver of this name. */
  async addReceiver(receiver: Receiver, at: Date): Promise<void> {
    await explained(`receiver ${receiver.name}`, () =>
      this.#db
        .insertInto('receiver')
        .values({ ...receiver, created_at: at })
        .execute(),
    );
  }

  /** @throws AltmapError E_CONFLICT when there is a rule of this name, E_NOT_FOUND when its receiver is not there. */
  async addRule({ id, name, receiverId, minSeverity }: AlertRule, at: Date): Promise<void> {
    await explained(`alert rule ${name}`, () =>
      this.#db
        .insertInto('alert_rule')
        .values({ id, name, receiver_id: receiverId, min_severity: minSeverity, created_at: at })
        .execute(),
    );
  }

  async listReceivers(): Promise<readonly Receiver[]> {
    return this.#db.selectFrom('receiver').select(['id', 'name', 'url', 'secret']).orderBy('name').execute();
  }
}

async function explained(what: string, insert: () => Promise<unknown>): Promise<void> {
  try {
    await insert();
  } catch (error) {
    const state = sqlstate(error);
    if (state === UNIQUE_VIOLATION) throw new AltmapError('E_CONFLICT', `there is a ${what} already`, {}, error);
    if (state === FOREIGN_KEY_VIOLATION) throw new AltmapError('E_NOT_FOUND', `the receiver of ${what} is not there`);
    throw error;
  }
}
