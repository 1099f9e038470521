import { type Kysely, sql } from 'kysely';

export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table worker_heartbeat (
      id text primary key,
      name text not null,
      started_at timestamptz not null,
      beat_at timestamptz not null
    )
  `.execute(db);

  // One row per process that asks whether the database takes writes: no process waits for another's row.
  await sql`
    create table readiness_probe (
      id uuid primary key,
      probed_at timestamptz not null
    )
  `.execute(db);
}
