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

  /** @throws AltmapError E_CONFLICT when there is a receiver, or a rule, of this name. */
  addReceiver(...[{ id, name, target }, event, first]: Parameters<AlertSettings['addReceiver']>): Promise<void> {
    const values = { id, name, target: jsonb(target), created_at: event.at };
    return inTransaction(this.#db, async (trx) => {
      await explained(`receiver ${name}`, () => trx.insertInto('receiver').values(values).execute());
      await insertAuditEvent(trx, event);
      if (first !== undefined) await insertRule(trx, first.rule, first.event);
    });
  }

  changeTarget(...[name, change, event]: Parameters<AlertSettings['changeTarget']>): Promise<boolean> {
    return this.#alter(event, async (trx) => {
      const receiver = await trx
        .selectFrom('receiver')
        .select(['id', 'target'])
        .where('name', '=', name)
        .forNoKeyUpdate()
        .executeTakeFirst();
      if (receiver === undefined) return [];
      const target = change(ReceiverTarget.parse(receiver.target));
      return trx
        .updateTable('receiver')
        .set({ target: jsonb(target) })
        .where('id', '=', receiver.id)
        .returning('id')
        .execute();
    });
  }

  removeReceiver(name: string, event: AuditEvent): Promise<boolean> {
    return this.#alter(event, (trx) => trx.deleteFrom('receiver').where('name', '=', name).returning('id').execute());
  }

  async listReceivers(): Promise<readonly Receiver[]> {
    const rows = await this.#db.selectFrom('receiver').select(['id', 'name', 'target']).orderBy('name').execute();
    return rows.map((row) => ({ ...row, target: ReceiverTarget.parse(row.target) }));
  }

  /** @throws AltmapError E_CONFLICT when there is a rule of this name, E_NOT_FOUND when its receiver is not there. */
  addRule(rule: AlertRule, event: AuditEvent): Promise<void> {
    return inTransaction(this.#db, (trx) => insertRule(trx, rule, event));
  }

  removeRule(name: string, event: AuditEvent): Promise<boolean> {
    return this.#alter(event, (trx) => trx.deleteFrom('alert_rule').where('name', '=', name).returning('id').execute());
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
    await inTransaction(this.#db, async (trx) => {
      await trx.insertInto('silence').values(values).execute();
      await insertAuditEvent(trx, event);
    });
  }

  async expireSilence(id: string, event: AuditEvent): Promise<boolean> {
    if (!isUuid(id)) return false;
    return this.#alter(event, async (trx) => {
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
  #alter(event: AuditEvent, work: (trx: Transaction<DB>) => Promise<readonly unknown[]>): Promise<boolean> {
    return inTransaction(this.#db, async (trx) => {
      if ((await work(trx)).length === 0) return false;
      await insertAuditEvent(trx, event);
      return true;
    });
  }
}

async function insertRule(trx: Transaction<DB>, rule: AlertRule, event: AuditEvent): Promise<void> {
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
  await explained(`alert rule ${rule.name}`, () => trx.insertInto('alert_rule').values(values).execute());
  await insertAuditEvent(trx, event);
}

async function explained(what: string, insert: () => Promise<unknown>): Promise<void> {
  try {
    await insert();
  } catch (error) {
    const state = sqlstate(error);
    if (state === UNIQUE_VIOLATION) throw new AltmapError('E_CONFLICT', `the ${what} is there already`, {}, error);
    if (state === FOREIGN_KEY_VIOLATION) throw new AltmapError('E_NOT_FOUND', `the receiver of ${what} is not there`);
    throw error;
  }
}
