import {
  type AlertChanges,
  type AuditEvent,
  type Finding,
  type Reopened,
  routeAlerts,
  type Waiver,
  type WaiverFilter,
  type WaiverRepository,
  type WaitingGroup,
  waiverFor,
} from '@altmap/core';
import { AltmapError } from '@altmap/protocol';
import { sql, type Transaction } from 'kysely';
import { applyAlerts } from './apply-alerts.ts';
import type { Database } from './database.ts';
import { FINDING_COLUMNS, toFinding } from './finding-row.ts';
import { inTransaction } from './in-transaction.ts';
import { insertAuditEvent } from './insert-audit-event.ts';
import { isUuid } from './is-uuid.ts';
import { labelCondition } from './label-condition.ts';
import { RULE_COLUMNS, toRule } from './postgres-alert-settings.ts';
import type { DB } from './schema.generated.ts';
import { storableText } from './storable-text.ts';
import { toLabels } from './to-labels.ts';
import { toWaiver, WAIVER_COLUMNS, waiverLabels } from './waiver-row.ts';

/** Most that a list shows. */
const LONGEST_LIST = 1_000;

export class PostgresWaiverRepository implements WaiverRepository {
  readonly #db: Database;

  constructor(db: Database) {
    this.#db = db;
  }

  async list({ state }: WaiverFilter): Promise<readonly Waiver[]> {
    let query = this.#db.selectFrom('waiver').select(WAIVER_COLUMNS);
    if (state !== 'all') query = query.where('waiver.ended_at', state === 'live' ? 'is' : 'is not', null);
    const rows = await query
      .orderBy('waiver.created_at', 'desc')
      .orderBy('waiver.id', 'desc')
      .limit(LONGEST_LIST)
      .execute();
    return rows.map(toWaiver);
  }

  async byIds(ids: readonly string[]): Promise<readonly Waiver[]> {
    const rows = await this.#db
      .selectFrom('waiver')
      .select(WAIVER_COLUMNS)
      .where(sql<boolean>`waiver.id = any(${ids.filter(isUuid)}::uuid[])`)
      .execute();
    return rows.map(toWaiver);
  }

  add(waiver: Waiver, event: AuditEvent): Promise<{ waived: number; groups: readonly WaitingGroup[] }> {
    return this.#change(async (trx) => {
      const { hostId, code } = waiver;
      if (hostId !== null && !(await hasHost(trx, hostId))) {
        throw new AltmapError('E_NOT_FOUND', `there is no host ${hostId}`);
      }
      await trx
        .insertInto('waiver')
        .values({
          id: waiver.id,
          reason: storableText(waiver.reason),
          owner: storableText(waiver.owner),
          host_id: hostId,
          labels: waiverLabels(waiver),
          code,
          created_by: storableText(waiver.createdBy),
          created_at: waiver.createdAt,
          expires_at: waiver.expiresAt,
        })
        .execute();
      let hosts = trx
        .selectFrom('finding')
        .innerJoin('host', 'host.id', 'finding.host_id')
        .select('finding.id')
        .where('finding.resolved_at', 'is', null)
        .where('finding.waiver_id', 'is', null)
        .where(labelCondition(waiver.labels));
      if (hostId !== null) hosts = hosts.where('finding.host_id', '=', hostId);
      if (code !== null) hosts = hosts.where('finding.code', '=', code);
      const covered = await hosts.orderBy('finding.id').forNoKeyUpdate(['finding']).execute();
      const ids = covered.map(({ id }) => id);
      await trx
        .updateTable('finding')
        .set({ waiver_id: waiver.id })
        .where(sql<boolean>`id = any(${ids}::uuid[])`)
        .execute();
      await insertAuditEvent(trx, event);
      const groups = await applyAlerts(trx, { firing: [], resolved: ids }, waiver.createdAt);
      return { waived: ids.length, groups };
    });
  }

  async end(id: string, at: Date, event: AuditEvent): Promise<Reopened | null> {
    if (!isUuid(id)) return null;
    return this.#change(async (trx) => {
      const ended = await trx
        .updateTable('waiver')
        .set({ ended_at: at })
        .where('id', '=', id)
        .where('ended_at', 'is', null)
        .returning('id')
        .executeTakeFirst();
      if (ended === undefined) return null;
      await insertAuditEvent(trx, event);
      return reopen(trx, id, at);
    });
  }

  async listExpired(now: Date, limit: number): Promise<readonly string[]> {
    const rows = await this.#db
      .selectFrom('waiver')
      .select('id')
      .where('ended_at', 'is', null)
      .where('expires_at', '<=', now)
      .orderBy('expires_at')
      .limit(limit)
      .execute();
    return rows.map((waiver) => waiver.id);
  }

  /** Not while a check is between what it read of findings and waivers and what it writes: see CheckTransaction.lock(). */
  #change<T>(work: (trx: Transaction<DB>) => Promise<T>): Promise<T> {
    return inTransaction(this.#db, async (trx) => {
      await sql`lock table waiver in exclusive mode`.execute(trx);
      return work(trx);
    });
  }
}

async function hasHost(trx: Transaction<DB>, id: string): Promise<boolean> {
  if (!isUuid(id)) return false;
  return (await trx.selectFrom('host').select('id').where('id', '=', id).executeTakeFirst()) !== undefined;
}

/** Waivers that hold at a time. */
export async function liveWaivers(trx: Transaction<DB>, at: Date): Promise<readonly Waiver[]> {
  const rows = await trx
    .selectFrom('waiver')
    .select(WAIVER_COLUMNS)
    .where('waiver.ended_at', 'is', null)
    .where('waiver.expires_at', '>', at)
    .execute();
  return rows.map(toWaiver);
}

/** Gives the findings of an ended waiver to another one that covers them, or opens them again. */
async function reopen(trx: Transaction<DB>, waiverId: string, at: Date): Promise<Reopened> {
  const rows = await trx
    .selectFrom('finding')
    .innerJoin('host', 'host.id', 'finding.host_id')
    .select(FINDING_COLUMNS)
    .select(['host.name as hostName', 'host.labels as hostLabels'])
    .where('finding.waiver_id', '=', waiverId)
    .where('finding.resolved_at', 'is', null)
    .orderBy('finding.id')
    .forNoKeyUpdate(['finding'])
    .execute();
  const live = await liveWaivers(trx, at);
  const rules = (await trx.selectFrom('alert_rule').select(RULE_COLUMNS).execute()).map(toRule);
  const firing: AlertChanges['firing'][number][] = [];
  const findings: Finding[] = [];
  for (const { hostName, hostLabels, ...row } of rows) {
    const labels = toLabels(hostLabels);
    const next = waiverFor(live, { id: row.hostId, labels }, row.code);
    const change = next === null ? { waiver_id: null, episode: row.episode + 1 } : { waiver_id: next.id };
    await trx.updateTable('finding').set(change).where('id', '=', row.id).execute();
    if (next !== null) continue;
    const opened = toFinding({ ...row, waiverId: null, episode: row.episode + 1 });
    findings.push(opened);
    firing.push(...routeAlerts(rules, { name: hostName, labels }, { opened: [opened], seen: [], resolved: [] }).firing);
  }
  return { findings, groups: await applyAlerts(trx, { firing, resolved: [] }, at) };
}
