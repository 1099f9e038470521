import { type Kysely, sql } from 'kysely';

export async function up(db: Kysely<unknown>): Promise<void> {
  // labels: matchers as people write them, all of which must hold. At least one of the three says what is waived.
  await sql`
    create table waiver (
      id uuid primary key,
      reason text not null,
      owner text not null,
      host_id uuid references host (id) on delete cascade,
      labels text[] not null,
      code text,
      created_by text not null,
      created_at timestamptz not null,
      expires_at timestamptz not null check (expires_at > created_at),
      ended_at timestamptz,
      check (host_id is not null or code is not null or cardinality(labels) > 0)
    )
  `.execute(db);
  await sql`create index waiver_live on waiver (expires_at) where ended_at is null`.execute(db);
  await sql`create index waiver_host_id on waiver (host_id) where host_id is not null`.execute(db);
  await sql`create index waiver_created_at on waiver (created_at desc, id desc)`.execute(db);

  // Which waiver covers an open finding: it is waived exactly while this is set.
  await sql`alter table finding add waiver_id uuid references waiver (id)`.execute(db);
  await sql`create index finding_waiver_id on finding (waiver_id) where waiver_id is not null`.execute(db);
}
