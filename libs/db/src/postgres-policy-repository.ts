import type { AuditEvent, PolicyRepository, PolicyVersion } from '@altmap/core';
import { sql } from 'kysely';
import type { Database } from './database.ts';
import { inTransaction } from './in-transaction.ts';
import { insertAuditEvent } from './insert-audit-event.ts';
import { storableText } from './storable-text.ts';

const COLUMNS = ['version', 'text', 'applied_by as appliedBy', 'applied_at as appliedAt'] as const;

export class PostgresPolicyRepository implements PolicyRepository {
  readonly #db: Database;

  constructor(db: Database) {
    this.#db = db;
  }

  async active(): Promise<PolicyVersion | null> {
    return (await this.list(1))[0] ?? null;
  }

  list(limit: number): Promise<readonly PolicyVersion[]> {
    return this.#db.selectFrom('policy_version').select(COLUMNS).orderBy('version', 'desc').limit(limit).execute();
  }

  apply(
    { text, appliedBy, appliedAt }: Omit<PolicyVersion, 'version'>,
    eventOf: (version: number) => AuditEvent,
  ): Promise<PolicyVersion> {
    return inTransaction(this.#db, async (trx) => {
      // Two at the same moment get two versions, one after the other.
      await sql`lock table policy_version in share row exclusive mode`.execute(trx);
      const policy = await trx
        .insertInto('policy_version')
        .values(({ selectFrom, fn, lit, eb }) => ({
          version: selectFrom('policy_version').select(
            eb(fn.coalesce(fn.max('version'), lit(0)), '+', lit(1)).as('next'),
          ),
          text: storableText(text),
          applied_by: storableText(appliedBy),
          applied_at: appliedAt,
        }))
        .returning(COLUMNS)
        .executeTakeFirstOrThrow();
      await insertAuditEvent(trx, eventOf(policy.version));
      return policy;
    });
  }
}
