import type { AlertRule, AlertSettings, AuditEvent, Receiver, Silence } from '@altmap/core';
import { AltmapError, Matchers, ReceiverTarget } from '@altmap/protocol';
import { sql, type Transaction } from 'kysely';
import type { Database } from './database.ts';
import { inTransaction } from './in-transaction.ts';
import { insertAuditEvent } from './insert-audit-event.ts';
import { isUuid } from './is-uuid.ts';
import { jsonb } from './jsonb.ts';
import type { DB } from './schema.generated.ts';
import { FOREIGN_KEY_VIOLATION, sqlstate, UNIQUE_VIOLATION } from './sqlstate.ts';
import { storableText } from './storable-text.ts';

/** Columns of a rule, as toRule() takes them. */
export const RULE_COLUMNS = [
  'alert_rule.id',
  'alert_rule.name',
  'alert_rule.receiver_id as receiverId',
  'alert_rule.min_severity as minSeverity',
  'alert_rule.matchers',
  'alert_rule.group_by as groupBy',
  'alert_rule.group_wait_ms as groupWaitMs',
  'alert_rule.group_interval_ms as groupIntervalMs',
  'alert_rule.repeat_interval_ms as repeatIntervalMs',
  'alert_rule.storm_groups as stormGroups',
] as const;

export function toRule(row: Omit<AlertRule, 'matchers'> & { matchers: unknown }): AlertRule {
  return { ...row, matchers: Matchers.parse(row.matchers) };
}

const SILENCE_COLUMNS = ['id', 'matchers', 'starts_at as startsAt', 'ends_at as endsAt', 'creator', 'comment'] as const;

/** Silences that have not ended, also those that are yet to start. */
export async function silencesOf(db: Database, at: Date): Promise<Silence[]> {
  const rows = await db
    .selectFrom('silence')
    .select(SILENCE_COLUMNS)
    .where('ends_at', '>', at)
    .orderBy('starts_at')
    .orderBy('id')
    .execute();
  return rows.map((row) => ({ ...row, matchers: Matchers.parse(row.matchers) }));
}

export class PostgresAlertSettings implements AlertSettings {
  readonly #db: Database;

  constructor(db: Database) {
    this.#db = db;
  }

  /** @throws AltmapError E_CONFLICT when there is a receiver of this name. */
  async addReceiver({ id, name, target }: Receiver, event: AuditEvent): Promise<void> {
    const values = { id, name, target: jsonb(target), created_at: event.at };
    await this.#change(event, `receiver ${name}`, (trx) => trx.insertInto('receiver').values(values).execute());
  }

  async updateReceiver({ id, name, target }: Receiver, event: AuditEvent): Promise<void> {
    await this.#change(event, `receiver ${name}`, (trx) =>
      trx
        .updateTable('receiver')
        .set({ name, target: jsonb(target) })
        .where('id', '=', id)
        .execute(),
    );
  }

  removeReceiver(name: string, event: AuditEvent): Promise<boolean> {
    return this.#remove(event, (trx) => trx.deleteFrom('receiver').where('name', '=', name).returning('id').execute());
  }

  async listReceivers(): Promise<readonly Receiver[]> {
    const rows = await this.#db.selectFrom('receiver').select(['id', 'name', 'target']).orderBy('name').execute();
    return rows.map((row) => ({ ...row, target: ReceiverTarget.parse(row.target) }));
  }

  /** @throws AltmapError E_CONFLICT when there is a rule of this name, E_NOT_FOUND when its receiver is not there. */
  async addRule(rule: AlertRule, event: AuditEvent): Promise<void> {
    const values = {
      id: rule.id,
      name: rule.name,
      receiver_id: rule.receiverId,
      min_severity: rule.minSeverity,
      matchers: jsonb(rule.matchers),
      group_by: [...rule.groupBy],
      group_wait_ms: rule.groupWaitMs,
      group_interval_ms: rule.groupIntervalMs,
      repeat_interval_ms: rule.repeatIntervalMs,
      storm_groups: rule.stormGroups,
      created_at: event.at,
    };
    await this.#change(event, `alert rule ${rule.name}`, (trx) =>
      trx.insertInto('alert_rule').values(values).execute(),
    );
  }

  removeRule(name: string, event: AuditEvent): Promise<boolean> {
    return this.#remove(event, (trx) =>
      trx.deleteFrom('alert_rule').where('name', '=', name).returning('id').execute(),
    );
  }

  async listRules(): Promise<readonly AlertRule[]> {
    const rows = await this.#db.selectFrom('alert_rule').select(RULE_COLUMNS).orderBy('name').execute();
    return rows.map(toRule);
  }

  async addSilence({ id, matchers, startsAt, endsAt, creator, comment }: Silence, event: AuditEvent): Promise<void> {
    const values = {
      id,
      matchers: jsonb(matchers),
      starts_at: startsAt,
      ends_at: endsAt,
      creator: storableText(creator),
      comment: storableText(comment),
      created_at: event.at,
    };
    await this.#change(event, `silence ${id}`, (trx) => trx.insertInto('silence').values(values).execute());
  }

  async expireSilence(id: string, event: AuditEvent): Promise<boolean> {
    if (!isUuid(id)) return false;
    return this.#remove(event, async (trx) => {
      const ended = await trx
        .updateTable('silence')
        .set({ ends_at: sql`greatest(starts_at, ${event.at}::timestamptz)` })
        .where('id', '=', id)
        .where('ends_at', '>', event.at)
        .returning('id')
        .execute();
      // What it held back may be told now: the sweeper looks at those groups again.
      await trx.updateTable('alert_group').set({ held_until: null }).where('held_until', '>', event.at).execute();
      return ended;
    });
  }

  listSilences(at: Date): Promise<readonly Silence[]> {
    return silencesOf(this.#db, at);
  }

  /** False, and no event, where the work met no row. */
  #remove(event: AuditEvent, work: (trx: Transaction<DB>) => Promise<readonly unknown[]>): Promise<boolean> {
    return inTransaction(this.#db, async (trx) => {
      if ((await work(trx)).length === 0) return false;
      await insertAuditEvent(trx, event);
      return true;
    });
  }

  async #change(event: AuditEvent, what: string, work: (trx: Transaction<DB>) => Promise<unknown>): Promise<void> {
    try {
      await inTransaction(this.#db, async (trx) => {
        await work(trx);
        await insertAuditEvent(trx, event);
      });
    } catch (error) {
      const state = sqlstate(error);
      if (state === UNIQUE_VIOLATION) throw new AltmapError('E_CONFLICT', `the ${what} is there already`, {}, error);
      if (state === FOREIGN_KEY_VIOLATION) throw new AltmapError('E_NOT_FOUND', `the receiver of ${what} is not there`);
      throw error;
    }
  }
}
