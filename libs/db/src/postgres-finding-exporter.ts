import type { ExportedFinding, FindingExporter, FindingFilter } from '@altmap/core';
import { encodeCursor } from './cursor.ts';
import type { Database } from './database.ts';
import { toFinding } from './finding-row.ts';
import { findingsQuery } from './list-findings.ts';
import { toLabels } from './to-labels.ts';

/** Findings that are in memory at a time. */
const PIECE = 500;

/** Goes from page to page by keyset: no transaction is held open while somebody reads slowly. */
export class PostgresFindingExporter implements FindingExporter {
  readonly #db: Database;

  constructor(db: Database) {
    this.#db = db;
  }

  async *stream(filter: FindingFilter): AsyncGenerator<readonly ExportedFinding[]> {
    for (let after: string | null = null; ; ) {
      const findings: readonly ExportedFinding[] = await this.#piece(filter, after);
      const last = findings.at(-1);
      if (last === undefined) return;
      yield findings;
      after = encodeCursor({ at: last.firstSeenAt.toISOString(), id: last.id });
    }
  }

  async #piece(filter: FindingFilter, after: string | null): Promise<readonly ExportedFinding[]> {
    // findingsQuery() asks for one more than the page.
    const rows = await findingsQuery(this.#db, filter, { first: PIECE - 1, after })
      .innerJoin('host', 'host.id', 'finding.host_id')
      .innerJoin('report', 'report.id', 'finding.report_id')
      .leftJoin('verdict_set', 'verdict_set.id', 'report.verdict_set_id')
      .leftJoin('waiver', 'waiver.id', 'finding.waiver_id')
      .select(['host.name as hostName', 'host.labels as hostLabels', 'report.release', 'report.page_size as pageSize'])
      .select(['verdict_set.engine_version as engineVersion', 'verdict_set.input_digest as inputDigest'])
      .select(['waiver.reason', 'waiver.owner', 'waiver.expires_at as expiresAt'])
      .execute();
    return rows.map((row): ExportedFinding => {
      const { hostName, hostLabels, release, pageSize, engineVersion, inputDigest, ...rest } = row;
      const { reason, owner, expiresAt, ...finding } = rest;
      const isWaived = finding.resolvedAt === null && reason !== null && owner !== null && expiresAt !== null;
      return {
        ...toFinding(finding),
        state: finding.resolvedAt !== null ? 'resolved' : isWaived ? 'waived' : 'open',
        host: { name: hostName, labels: toLabels(hostLabels) },
        evidence: { release, pageSize, engineVersion, inputDigest: inputDigest?.toString('hex') ?? null },
        waiver: isWaived ? { reason, owner, expiresAt } : null,
      };
    });
  }
}
