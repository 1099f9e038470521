import { type Kysely, sql } from 'kysely';

export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table blob (
      sha256 bytea primary key check (octet_length(sha256) = 32),
      bytes int not null check (bytes >= 0),
      zstd bytea not null,
      put_at timestamptz not null
    )
  `.execute(db);
  // The contents are compressed already: Postgres need not try again.
  await sql`alter table blob alter column zstd set storage external`.execute(db);
  await sql`create index blob_put_at on blob (put_at)`.execute(db);

  // A report is checked exactly when it has its one verdict set, and failed exactly when it has a reason.
  await sql`
    create table report (
      id uuid primary key,
      host_id uuid not null references host (id) on delete cascade,
      state text not null check (state in ('received', 'checked', 'failed')),
      digest bytea not null check (octet_length(digest) = 32),
      release text not null,
      page_size int check (page_size in (4096, 16384, 65536)),
      absent jsonb not null check (jsonb_typeof(absent) = 'array'),
      collected_at timestamptz not null,
      received_at timestamptz not null,
      checked_at timestamptz,
      failed_at timestamptz,
      failure text,
      diagnostics jsonb not null default '[]' check (jsonb_typeof(diagnostics) = 'array'),
      verdict_set_id uuid references verdict_set (id),
      check ((state = 'checked') = (verdict_set_id is not null)),
      check ((state = 'checked') = (checked_at is not null)),
      check ((state = 'failed') = (failure is not null)),
      check ((state = 'failed') = (failed_at is not null))
    )
  `.execute(db);
  await sql`create index report_stranded on report (received_at) where state = 'received'`.execute(db);
  await sql`create index report_host_id on report (host_id)`.execute(db);
  await sql`create index report_verdict_set_id on report (verdict_set_id) where verdict_set_id is not null`.execute(db);

  // No list of kinds here: the protocol has it, and takes on new kinds without a change of the database.
  await sql`
    create table report_part (
      report_id uuid not null references report (id) on delete cascade,
      kind text not null,
      sha256 bytea not null references blob (sha256),
      primary key (report_id, kind)
    )
  `.execute(db);
  await sql`create index report_part_sha256 on report_part (sha256)`.execute(db);

  await sql`
    alter table host add foreign key (latest_report_id) references report (id)
  `.execute(db);
}
