import { type Kysely, sql } from 'kysely';

export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table finding (
      id uuid primary key,
      host_id uuid not null references host (id) on delete cascade,
      key text not null,
      episode int not null check (episode >= 1),
      code text not null,
      severity text not null check (severity in ('info', 'warning', 'critical')),
      subject text not null,
      summary text not null,
      facts jsonb not null check (jsonb_typeof(facts) = 'object'),
      first_seen_at timestamptz not null,
      last_seen_at timestamptz not null,
      resolved_at timestamptz,
      report_id uuid not null references report (id),
      unique (host_id, key)
    ) with (fillfactor = 85)
  `.execute(db);
  await sql`create index finding_first_seen on finding (first_seen_at desc, id desc)`.execute(db);
  await sql`
    create index finding_open_first_seen on finding (first_seen_at desc, id desc) where resolved_at is null
  `.execute(db);
  await sql`create index finding_open_host on finding (host_id, severity) where resolved_at is null`.execute(db);
  await sql`create index finding_report_id on finding (report_id)`.execute(db);
}
