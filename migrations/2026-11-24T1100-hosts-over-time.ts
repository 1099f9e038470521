import { type Kysely, sql } from 'kysely';

export async function up(db: Kysely<unknown>): Promise<void> {
  // A removed host keeps its row until its reports are past their time, so that what is told of it stays readable.
  await sql`alter table host add column removed_at timestamptz`.execute(db);
  await sql`create index host_removed_at on host (removed_at) where removed_at is not null`.execute(db);
  await sql`create index report_host_received on report (host_id, received_at desc, id desc)`.execute(db);
  await sql`drop index report_host_id`.execute(db);
}
