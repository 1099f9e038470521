import type { AlertRule, CheckTransaction, Finding, FindingChanges, Notification, ReportState } from '@altmap/core';
import type { Diagnostic } from '@altmap/policy';
import { sql, type Transaction } from 'kysely';
import { chunks } from './chunks.ts';
import { FINDING_COLUMNS, toFinding } from './finding-row.ts';
import { jsonb } from './jsonb.ts';
import type { DB } from './schema.generated.ts';
import { storableText } from './storable-text.ts';

export class PostgresCheckTransaction implements CheckTransaction {
  readonly #trx: Transaction<DB>;

  constructor(trx: Transaction<DB>) {
    this.#trx = trx;
  }

  async lock(reportId: string): Promise<{ state: ReportState; hostId: string; isLatest: boolean } | null> {
    // Host first, then report, everywhere: two transactions can then not wait for each other in a circle.
    const host = await this.#trx
      .selectFrom('host')
      .select(['host.id', 'host.latest_report_id', 'host.removed_at'])
      .where('host.id', '=', (reports) =>
        reports.selectFrom('report').select('report.host_id').where('report.id', '=', reportId),
      )
      .forNoKeyUpdate()
      .executeTakeFirst();
    if (host === undefined) return null;
    const report = await this.#trx
      .selectFrom('report')
      .select('state')
      .where('id', '=', reportId)
      .forNoKeyUpdate()
      .executeTakeFirst();
    if (report === undefined) return null;
    return {
      state: report.state,
      hostId: host.id,
      isLatest: host.latest_report_id === reportId && host.removed_at === null,
    };
  }

  async markChecked(
    reportId: string,
    verdictSetId: string,
    diagnostics: readonly Diagnostic[],
    at: Date,
  ): Promise<void> {
    const checked = await this.#trx
      .updateTable('report')
      .set({ state: 'checked', checked_at: at, verdict_set_id: verdictSetId, diagnostics: jsonb(diagnostics) })
      .where('id', '=', reportId)
      .where('state', '=', 'received')
      .returning('id')
      .executeTakeFirst();
    if (checked === undefined) throw new Error(`report ${reportId} is not waiting to be checked`);
  }

  async findings(hostId: string): Promise<readonly Finding[]> {
    const rows = await this.#trx
      .selectFrom('finding')
      .select(FINDING_COLUMNS)
      .where('host_id', '=', hostId)
      .orderBy('id')
      .execute();
    return rows.map(toFinding);
  }

  async applyFindings({ opened, seen, resolved }: FindingChanges): Promise<void> {
    const rows = [...opened, ...seen, ...resolved].map((finding) => ({
      id: finding.id,
      host_id: finding.hostId,
      key: storableText(finding.key),
      episode: finding.episode,
      code: finding.code,
      severity: finding.severity,
      subject: storableText(finding.subject),
      summary: storableText(finding.summary),
      facts: jsonb(finding.facts),
      first_seen_at: finding.firstSeenAt,
      last_seen_at: finding.lastSeenAt,
      resolved_at: finding.resolvedAt,
      report_id: finding.reportId,
    }));
    for (const chunk of chunks(rows)) {
      await this.#trx
        .insertInto('finding')
        .values(chunk)
        .onConflict((conflict) =>
          conflict.column('id').doUpdateSet(({ ref }) => ({
            episode: ref('excluded.episode'),
            code: ref('excluded.code'),
            severity: ref('excluded.severity'),
            subject: ref('excluded.subject'),
            summary: ref('excluded.summary'),
            facts: sql`excluded.facts`,
            first_seen_at: ref('excluded.first_seen_at'),
            last_seen_at: ref('excluded.last_seen_at'),
            resolved_at: ref('excluded.resolved_at'),
            report_id: ref('excluded.report_id'),
          })),
        )
        .execute();
    }
  }

  async alertRules(): Promise<readonly AlertRule[]> {
    return this.#trx
      .selectFrom('alert_rule')
      .select(['id', 'name', 'receiver_id as receiverId', 'min_severity as minSeverity'])
      .orderBy('name')
      .execute();
  }

  async addNotifications(notifications: readonly Notification[]): Promise<readonly string[]> {
    const rows = notifications.map((notification) => ({
      id: notification.id,
      finding_id: notification.findingId,
      episode: notification.episode,
      event: notification.event,
      receiver_id: notification.receiverId,
      state: 'pending' as const,
      created_at: notification.createdAt,
    }));
    const added: string[] = [];
    for (const chunk of chunks(rows)) {
      const inserted = await this.#trx
        .insertInto('notification')
        .values(chunk)
        .onConflict((conflict) => conflict.columns(['finding_id', 'episode', 'event', 'receiver_id']).doNothing())
        .returning('id')
        .execute();
      added.push(...inserted.map((notification) => notification.id));
    }
    return added;
  }
}
