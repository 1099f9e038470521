import { type HeartbeatRepository, newId } from '@altmap/core';
import type { Database } from './database.ts';

export class PostgresHeartbeatRepository implements HeartbeatRepository {
  readonly #db: Database;
  /** This process's row among the readiness probes. */
  readonly #probeId = newId();

  constructor(db: Database) {
    this.#db = db;
  }

  async beat({ id, name, startedAt, at }: Parameters<HeartbeatRepository['beat']>[0]): Promise<void> {
    await this.#db
      .insertInto('worker_heartbeat')
      .values({ id, name, started_at: startedAt, beat_at: at })
      .onConflict((conflict) => conflict.column('id').doUpdateSet({ name, beat_at: at }))
      .execute();
  }

  async remove(id: string): Promise<void> {
    await this.#db.deleteFrom('worker_heartbeat').where('id', '=', id).execute();
  }

  async latest(): Promise<Date | null> {
    const newest = await this.#db
      .selectFrom('worker_heartbeat')
      .select('beat_at')
      .orderBy('beat_at', 'desc')
      .limit(1)
      .executeTakeFirst();
    return newest?.beat_at ?? null;
  }

  async prune(before: Date): Promise<void> {
    await this.#db.deleteFrom('worker_heartbeat').where('beat_at', '<', before).execute();
    await this.#db.deleteFrom('readiness_probe').where('probed_at', '<', before).execute();
  }

  async probe(): Promise<void> {
    const at = new Date();
    await this.#db
      .insertInto('readiness_probe')
      .values({ id: this.#probeId, probed_at: at })
      .onConflict((conflict) => conflict.column('id').doUpdateSet({ probed_at: at }))
      .execute();
    await this.#db
      .selectFrom('readiness_probe')
      .select('probed_at')
      .where('id', '=', this.#probeId)
      .executeTakeFirstOrThrow();
  }
}
