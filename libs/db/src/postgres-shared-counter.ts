import type { SharedCounter } from '@altmap/core';
import { sql } from 'kysely';
import type { Database } from './database.ts';

export class PostgresSharedCounter implements SharedCounter {
  readonly #db: Database;

  constructor(db: Database) {
    this.#db = db;
  }

  async add(key: string, points: number, windowMs: number): Promise<{ total: number; msLeft: number }> {
    // By the database's clock, which all processes have in common.
    const { rows } = await sql<{ total: number; msLeft: number }>`
      insert into rate_counter as counter (key, points, expires_at)
      values (${key}, ${points}, now() + ${windowMs} * interval '1 ms')
      on conflict (key) do update set
        points = case when counter.expires_at <= now() then 0 else counter.points end + excluded.points,
        expires_at = case when counter.expires_at <= now() then excluded.expires_at else counter.expires_at end
      returning points as total,
        -- now() is the start of this statement: one that waited for the row may have begun before the window did.
        least(${windowMs}::int, ceil(extract(epoch from expires_at - now()) * 1000)::int) as "msLeft"
    `.execute(this.#db);
    const [row] = rows;
    if (row === undefined) throw new Error(`the count of ${key} was not kept`);
    return row;
  }
}
