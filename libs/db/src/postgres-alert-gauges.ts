import type { AlertGauges } from '@altmap/core';
import type { Database } from './database.ts';

export class PostgresAlertGauges implements AlertGauges {
  readonly #db: Database;

  constructor(db: Database) {
    this.#db = db;
  }

  openFindings(): ReturnType<AlertGauges['openFindings']> {
    return this.#db
      .selectFrom('finding')
      .select(['severity', 'code'])
      .select(({ fn }) => fn.countAll<number>().as('count'))
      .where('resolved_at', 'is', null)
      .where('waiver_id', 'is', null)
      .groupBy(['severity', 'code'])
      .execute();
  }

  async oldestUnsent(): Promise<Date | null> {
    const oldest = await this.#db
      .selectFrom('notification')
      .select('created_at as at')
      .where('state', '=', 'pending')
      .orderBy('created_at')
      .limit(1)
      .executeTakeFirst();
    return oldest?.at ?? null;
  }
}
