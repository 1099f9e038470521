import type {
  AlertChanges,
  AlertRule,
  CheckTransaction,
  Finding,
  FindingChanges,
  Host,
  ReportState,
  Waiver,
} from '@altmap/core';
import type { Diagnostic } from '@altmap/policy';
import { sql, type Transaction } from 'kysely';
import { applyAlerts } from './apply-alerts.ts';
import { chunks } from './chunks.ts';
import { FINDING_COLUMNS, toFinding } from './finding-row.ts';
import { jsonb } from './jsonb.ts';
import { RULE_COLUMNS, toRule } from './postgres-alert-settings.ts';
import { liveWaivers } from './postgres-waiver-repository.ts';
import type { DB } from './schema.generated.ts';
import { storableText } from './storable-text.ts';
import { toLabels } from './to-labels.ts';

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
    // Whoever changes waivers waits: what is read here of findings and waivers is still so when findings are written.
    await sql`lock table waiver in row share mode`.execute(this.#trx);
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

  async markRejudged(reportId: string, verdictSetId: string, diagnostics: readonly Diagnostic[]): Promise<void> {
    await this.#trx
      .updateTable('report')
      .set({ verdict_set_id: verdictSetId, diagnostics: jsonb(diagnostics) })
      .where('id', '=', reportId)
      .where('state', '=', 'checked')
      .execute();
  }

  async host(hostId: string): Promise<Host> {
    const host = await this.#trx
      .selectFrom('host')
      .select(['id', 'machine', 'name', 'labels'])
      .where('id', '=', hostId)
      .executeTakeFirstOrThrow();
    return { ...host, machine: host.machine.toString('hex'), labels: toLabels(host.labels) };
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
      waiver_id: finding.waiverId,
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
            waiver_id: ref('excluded.waiver_id'),
          })),
        )
        .execute();
    }
  }

  waivers(at: Date): Promise<readonly Waiver[]> {
    return liveWaivers(this.#trx, at);
  }

  async alertRules(): Promise<readonly AlertRule[]> {
    const rows = await this.#trx.selectFrom('alert_rule').select(RULE_COLUMNS).orderBy('alert_rule.name').execute();
    return rows.map(toRule);
  }

  applyAlerts(changes: AlertChanges, at: Date): Promise<readonly { groupId: string; groupWaitMs: number }[]> {
    return applyAlerts(this.#trx, changes, at);
  }
}
