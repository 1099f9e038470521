import { type Kysely, sql } from 'kysely';

export async function up(db: Kysely<unknown>): Promise<void> {
  // What is lost in a crash is a minute's count: it need not be logged.
  await sql`
    create unlogged table rate_counter (
      key text primary key,
      points int not null,
      expires_at timestamptz not null
    ) with (fillfactor = 70)
  `.execute(db);
  await sql`create index rate_counter_expires_at on rate_counter (expires_at)`.execute(db);
}
