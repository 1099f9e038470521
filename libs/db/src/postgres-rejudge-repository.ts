import type {
  AuditEvent,
  CheckTransaction,
  Page,
  PageRequest,
  RejudgeChange,
  RejudgeChangeRow,
  RejudgeRepository,
  RejudgeRun,
} from '@altmap/core';
import { sql, type Transaction } from 'kysely';
import { z } from 'zod';
import { chunks } from './chunks.ts';
import { decodeCursor, encodeCursor } from './cursor.ts';
import type { Database } from './database.ts';
import { inTransaction } from './in-transaction.ts';
import { insertAuditEvent } from './insert-audit-event.ts';
import { isUuid } from './is-uuid.ts';
import { pageOf } from './page-of.ts';
import { PostgresCheckTransaction } from './postgres-check-transaction.ts';
import type { DB } from './schema.generated.ts';
import { storableText } from './storable-text.ts';

/** Ordered by host, then key. */
const ChangeCursor = z.strictObject({ host: z.uuid(), key: z.string().regex(/^[^\0]*$/) });

const COLUMNS = [
  'id',
  'dry_run as dryRun',
  'candidate',
  'engine_version as engineVersion',
  'requested_by as requestedBy',
  'created_at as createdAt',
  'state',
  'finished_at as finishedAt',
  'failure',
  'hosts',
  'skipped',
  'opened',
  'resolved',
  'changed',
] as const;

export class PostgresRejudgeRepository implements RejudgeRepository {
  readonly #db: Database;

  constructor(db: Database) {
    this.#db = db;
  }

  add(run: RejudgeRun, event: AuditEvent): Promise<void> {
    return inTransaction(this.#db, async (trx) => {
      await trx
        .insertInto('rejudge_run')
        .values({
          id: run.id,
          dry_run: run.dryRun,
          candidate: run.candidate === null ? null : storableText(run.candidate),
          requested_by: storableText(run.requestedBy),
          created_at: run.createdAt,
          state: run.state,
        })
        .execute();
      await insertAuditEvent(trx, event);
    });
  }

  async load(id: string): Promise<RejudgeRun | null> {
    if (!isUuid(id)) return null;
    const run = await this.#db.selectFrom('rejudge_run').select(COLUMNS).where('id', '=', id).executeTakeFirst();
    return run ?? null;
  }

  async begin(id: string, engineVersion: string): Promise<RejudgeRun | null> {
    const run = await this.#db
      .updateTable('rejudge_run')
      .set({ engine_version: engineVersion })
      .where('id', '=', id)
      .where('state', '=', 'pending')
      .returning(COLUMNS)
      .executeTakeFirst();
    return run ?? null;
  }

  async nextHosts(id: string, limit: number): Promise<readonly { hostId: string; reportId: string | null }[]> {
    return this.#db
      .selectFrom('host')
      .innerJoin('rejudge_run', (join) => join.on('rejudge_run.id', '=', id))
      .select(['host.id as hostId', 'host.latest_report_id as reportId'])
      .where(sql<boolean>`host.id > coalesce(rejudge_run.last_host_id, '00000000-0000-0000-0000-000000000000'::uuid)`)
      .where('host.removed_at', 'is', null)
      .orderBy('host.id')
      .limit(limit)
      .execute();
  }

  step(
    id: string,
    hostId: string,
    work: (transaction: CheckTransaction) => Promise<readonly RejudgeChange[] | null>,
  ): Promise<void> {
    return inTransaction(this.#db, async (trx) => {
      const run = await trx
        .selectFrom('rejudge_run')
        .select(['state', 'last_host_id as lastHostId'])
        .where('id', '=', id)
        .forUpdate()
        .executeTakeFirst();
      // Ids are of one case and length: as texts they are in the same order.
      if (run?.state !== 'pending' || (run.lastHostId !== null && run.lastHostId >= hostId)) return;
      const changes = await work(new PostgresCheckTransaction(trx));
      await insertChanges(trx, id, hostId, changes ?? []);
      const count = (kind: RejudgeChange['change']): number =>
        (changes ?? []).filter(({ change }) => change === kind).length;
      await trx
        .updateTable('rejudge_run')
        .set(({ eb }) => ({
          last_host_id: hostId,
          hosts: eb('hosts', '+', 1),
          skipped: eb('skipped', '+', changes === null ? 1 : 0),
          opened: eb('opened', '+', count('opened')),
          resolved: eb('resolved', '+', count('resolved')),
          changed: eb('changed', '+', count('changed')),
        }))
        .where('id', '=', id)
        .execute();
    });
  }

  async finish(id: string, at: Date, failure: string | null): Promise<void> {
    await this.#db
      .updateTable('rejudge_run')
      .set({
        state: failure === null ? 'done' : 'failed',
        finished_at: at,
        failure: failure === null ? null : storableText(failure),
      })
      .where('id', '=', id)
      .where('state', '=', 'pending')
      .execute();
  }

  async listStranded(before: Date, limit: number): Promise<string[]> {
    const rows = await this.#db
      .selectFrom('rejudge_run')
      .select('id')
      .where('state', '=', 'pending')
      .where('created_at', '<', before)
      .orderBy('created_at')
      .limit(limit)
      .execute();
    return rows.map((run) => run.id);
  }

  async changes(id: string, { first, after }: PageRequest): Promise<Page<RejudgeChangeRow>> {
    if (!isUuid(id)) return { items: [], hasNextPage: false };
    let query = this.#db
      .selectFrom('rejudge_change')
      .innerJoin('host', 'host.id', 'rejudge_change.host_id')
      .select(['rejudge_change.host_id as hostId', 'host.name as hostName', 'rejudge_change.key', 'change', 'code'])
      .select(['severity', 'severity_before as severityBefore', 'subject', 'summary'])
      .where('run_id', '=', id);
    if (after !== null) {
      const last = decodeCursor(after, ChangeCursor);
      query = query.where(
        sql<boolean>`(rejudge_change.host_id, rejudge_change.key) > (${last.host}::uuid, ${last.key})`,
      );
    }
    const rows = await query
      .orderBy('rejudge_change.host_id')
      .orderBy('rejudge_change.key')
      .limit(first + 1)
      .execute();
    return pageOf(rows, first, (node) => ({ cursor: encodeCursor({ host: node.hostId, key: node.key }), node }));
  }
}

async function insertChanges(
  trx: Transaction<DB>,
  runId: string,
  hostId: string,
  changes: readonly RejudgeChange[],
): Promise<void> {
  const rows = changes.map(({ key, change, code, severity, severityBefore, subject, summary }) => ({
    run_id: runId,
    host_id: hostId,
    key: storableText(key),
    change,
    code,
    severity,
    severity_before: severityBefore,
    subject: storableText(subject),
    summary: storableText(summary),
  }));
  for (const chunk of chunks(rows)) await trx.insertInto('rejudge_change').values(chunk).execute();
}
