import type {
  DeviceRangeRow,
  Finding,
  FindingFilter,
  FleetReader,
  HostFilter,
  HostRow,
  Page,
  PageRequest,
  ReportRow,
  VerdictFilter,
  VerdictRow,
  VerdictSetRow,
} from '@altmap/core';
import { sql } from 'kysely';
import type { Database } from './database.ts';
import { FINDING_COLUMNS, toFinding } from './finding-row.ts';
import { HOST_COLUMNS, toHost } from './host-row.ts';
import { isUuid } from './is-uuid.ts';
import { listFindings } from './list-findings.ts';
import { listHosts } from './list-hosts.ts';
import { listReports } from './list-reports.ts';
import { REPORT_COLUMNS, toReport } from './report-row.ts';
import { answered, DEVICE_RANGE_COLUMNS, VERDICT_COLUMNS } from './verdict-row.ts';

/** A list of ids is one parameter, however long it is. */
const among = (column: string, ids: readonly string[]) =>
  sql<boolean>`${sql.ref(column)} = any(${ids.filter(isUuid)}::uuid[])`;

export class PostgresFleetReader implements FleetReader {
  readonly #db: Database;

  constructor(db: Database) {
    this.#db = db;
  }

  hosts(filter: HostFilter, page: PageRequest): Promise<Page<HostRow>> {
    return listHosts(this.#db, filter, page);
  }

  async hostsByIds(ids: readonly string[]): Promise<readonly HostRow[]> {
    const rows = await this.#db.selectFrom('host').select(HOST_COLUMNS).where(among('host.id', ids)).execute();
    return rows.map(toHost);
  }

  async reportsByIds(ids: readonly string[]): Promise<readonly ReportRow[]> {
    const rows = await this.#db.selectFrom('report').select(REPORT_COLUMNS).where(among('id', ids)).execute();
    return rows.map(toReport);
  }

  reportsOfHost(hostId: string, page: PageRequest): Promise<Page<ReportRow>> {
    return listReports(this.#db, hostId, page);
  }

  async verdictSetsByReports(reportIds: readonly string[]): Promise<readonly VerdictSetRow[]> {
    const rows = await this.#db
      .selectFrom('report')
      .innerJoin('verdict_set', 'verdict_set.id', 'report.verdict_set_id')
      .select(['report.id as reportId', 'verdict_set.engine_version as engineVersion'])
      .select('verdict_set.input_digest as inputDigest')
      .where(among('report.id', reportIds))
      .execute();
    return rows.map((row) => ({ ...row, inputDigest: row.inputDigest.toString('hex') }));
  }

  async deviceRangesByVerdictSets(verdictSetIds: readonly string[]): Promise<readonly DeviceRangeRow[]> {
    return this.#db
      .selectFrom('device_range')
      .select(['device_range.id', 'device_range.verdict_set_id as verdictSetId', ...DEVICE_RANGE_COLUMNS])
      .where(among('verdict_set_id', verdictSetIds))
      .orderBy('verdict_set_id')
      .orderBy('ordinal')
      .execute();
  }

  async verdictsByDeviceRanges(
    deviceRangeIds: readonly string[],
    { basis, pageSize, question, outcome }: VerdictFilter,
  ): Promise<readonly VerdictRow[]> {
    let query = this.#db
      .selectFrom('verdict')
      .innerJoin('device_range', 'device_range.id', 'verdict.device_range_id')
      .innerJoin('verdict_set', 'verdict_set.id', 'device_range.verdict_set_id')
      .select(['verdict.id', 'verdict.device_range_id as deviceRangeId', ...VERDICT_COLUMNS])
      .select(['verdict.outcome', 'verdict.reason', 'verdict_set.engine_version as engineVersion'])
      .where(among('verdict.device_range_id', deviceRangeIds));
    if (basis !== undefined) query = query.where(sql<boolean>`verdict.basis = any(${basis}::text[])`);
    if (pageSize !== undefined) query = query.where(sql<boolean>`verdict.page_size = any(${pageSize}::int[])`);
    if (question !== undefined) query = query.where(sql<boolean>`verdict.question = any(${question}::text[])`);
    if (outcome !== undefined) query = query.where(sql<boolean>`verdict.outcome = any(${outcome}::text[])`);
    const rows = await query.orderBy('verdict.device_range_id').orderBy('verdict.ordinal').execute();
    return rows.map(answered);
  }

  findings(filter: FindingFilter, page: PageRequest): Promise<Page<Finding>> {
    return listFindings(this.#db, filter, page);
  }

  async openFindingsByHosts(hostIds: readonly string[]): Promise<readonly Finding[]> {
    const rows = await this.#db
      .selectFrom('finding')
      .select(FINDING_COLUMNS)
      .where(among('finding.host_id', hostIds))
      .where('finding.resolved_at', 'is', null)
      .where('finding.waiver_id', 'is', null)
      .orderBy('finding.host_id')
      .orderBy('finding.first_seen_at', 'desc')
      .orderBy('finding.id', 'desc')
      .execute();
    return rows.map(toFinding);
  }
}
