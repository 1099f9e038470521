import { type CheckRepository, type CheckTransaction, newId, type ReportToCheck } from '@altmap/core';
import type { Assessment } from '@altmap/policy';
import { PartKind } from '@altmap/protocol';
import type { Transaction } from 'kysely';
import { chunks } from './chunks.ts';
import type { Database } from './database.ts';
import { inTransaction } from './in-transaction.ts';
import { jsonb } from './jsonb.ts';
import { PostgresCheckTransaction } from './postgres-check-transaction.ts';
import type { DB } from './schema.generated.ts';
import { storableText } from './storable-text.ts';
import { toLabels } from './to-labels.ts';
import { answered, DEVICE_RANGE_COLUMNS, VERDICT_COLUMNS } from './verdict-row.ts';

export class PostgresCheckRepository implements CheckRepository {
  readonly #db: Database;

  constructor(db: Database) {
    this.#db = db;
  }

  async load(reportId: string): Promise<ReportToCheck | null> {
    const report = await this.#db
      .selectFrom('report')
      .innerJoin('host', 'host.id', 'report.host_id')
      .select(['report.id', 'report.host_id as hostId', 'report.state', 'report.release'])
      .select(['report.page_size as pageSize', 'host.labels'])
      .where('report.id', '=', reportId)
      .executeTakeFirst();
    if (report === undefined) return null;
    const parts = await this.#db
      .selectFrom('report_part')
      .select(['kind', 'sha256'])
      .where('report_id', '=', reportId)
      .execute();
    const digests = new Map(parts.map((part) => [PartKind.parse(part.kind), part.sha256.toString('hex')]));
    return { ...report, labels: toLabels(report.labels), digests };
  }

  async findVerdictSet(
    engineVersion: string,
    inputDigest: string,
  ): Promise<{ id: string; assessment: Assessment } | null> {
    const set = await this.#db
      .selectFrom('verdict_set')
      .select('id')
      .where('engine_version', '=', engineVersion)
      .where('input_digest', '=', Buffer.from(inputDigest, 'hex'))
      .executeTakeFirst();
    if (set === undefined) return null;
    const ranges = await this.#db
      .selectFrom('device_range')
      .select(DEVICE_RANGE_COLUMNS)
      .where('verdict_set_id', '=', set.id)
      .orderBy('ordinal')
      .execute();
    const verdicts = await this.#db
      .selectFrom('verdict')
      .innerJoin('device_range', 'device_range.id', 'verdict.device_range_id')
      .select(['device_range.name as range', ...VERDICT_COLUMNS])
      .where('device_range.verdict_set_id', '=', set.id)
      .orderBy('verdict.ordinal')
      .execute();
    return {
      id: set.id,
      assessment: {
        engineVersion,
        ranges,
        verdicts: verdicts.map(answered),
      },
    };
  }

  async saveVerdictSet({
    id,
    inputDigest,
    assessment,
    at,
  }: Parameters<CheckRepository['saveVerdictSet']>[0]): Promise<string> {
    const key = { engine_version: assessment.engineVersion, input_digest: Buffer.from(inputDigest, 'hex') };
    return inTransaction(this.#db, async (trx) => {
      // Waits for another worker that is storing the same set: whoever comes second finds it whole.
      const own = await trx
        .insertInto('verdict_set')
        .values({ id, ...key, created_at: at })
        .onConflict((conflict) => conflict.columns(['engine_version', 'input_digest']).doNothing())
        .returning('id')
        .executeTakeFirst();
      if (own === undefined) {
        const other = await trx
          .selectFrom('verdict_set')
          .select('id')
          .where('engine_version', '=', key.engine_version)
          .where('input_digest', '=', key.input_digest)
          .executeTakeFirstOrThrow();
        return other.id;
      }
      await insertAssessment(trx, id, assessment);
      return id;
    });
  }

  transact<T>(work: (transaction: CheckTransaction) => Promise<T>): Promise<T> {
    return inTransaction(this.#db, (trx) => work(new PostgresCheckTransaction(trx)));
  }

  async markFailed(reportId: string, reason: string, at: Date): Promise<void> {
    await inTransaction(this.#db, async (trx) => {
      const host = await trx
        .selectFrom('host')
        .select('id')
        .where('id', '=', (eb) => eb.selectFrom('report').select('host_id').where('report.id', '=', reportId))
        .forNoKeyUpdate()
        .executeTakeFirst();
      if (host === undefined) return;
      const failed = await trx
        .updateTable('report')
        .set({ state: 'failed', failed_at: at, failure: storableText(reason) })
        .where('id', '=', reportId)
        .where('state', '=', 'received')
        .returning('id')
        .executeTakeFirst();
      if (failed === undefined) return;
      // Without a digest the same manifest is no repetition: the host may send it again and be judged.
      await trx
        .updateTable('host')
        .set({ latest_report_digest: null })
        .where('id', '=', host.id)
        .where('latest_report_id', '=', reportId)
        .execute();
    });
  }
}

async function insertAssessment(trx: Transaction<DB>, setId: string, { ranges, verdicts }: Assessment): Promise<void> {
  const ids = new Map(ranges.map((range) => [range.name, newId()]));
  const idOf = (name: string): string => {
    const id = ids.get(name);
    if (id === undefined) throw new Error(`a verdict names the device range ${name}, which the assessment has not`);
    return id;
  };
  const rangeRows = ranges.map((range, ordinal) => ({
    id: idOf(range.name),
    verdict_set_id: setId,
    ordinal,
    name: storableText(range.name),
    region: range.region === null ? null : storableText(range.region),
    start: range.start,
    size: range.size,
    provider: range.provider,
    mode: range.mode,
    map: range.map,
    align: range.align,
  }));
  for (const chunk of chunks(rangeRows)) await trx.insertInto('device_range').values(chunk).execute();
  const verdictRows = verdicts.map((verdict, ordinal) => ({
    id: newId(),
    device_range_id: idOf(verdict.range),
    ordinal,
    basis: verdict.basis,
    target: verdict.target,
    page_size: verdict.pageSize,
    question: verdict.question,
    mode: verdict.mode,
    align: verdict.align,
    outcome: verdict.result.outcome,
    reason: verdict.result.reason,
    sentence: storableText(verdict.sentence),
    result: jsonb(verdict.result),
    remedies: jsonb(verdict.remedies),
  }));
  for (const chunk of chunks(verdictRows)) await trx.insertInto('verdict').values(chunk).execute();
}
