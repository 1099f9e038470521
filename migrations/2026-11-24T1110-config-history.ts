import { type Kysely, sql } from 'kysely';

export async function up(db: Kysely<unknown>): Promise<void> {
  // A fleet goes from one config to another together: what differs between the two is worked out and kept once.
  await sql`
    create table config_diff (
      id uuid primary key,
      before_sha256 bytea not null check (octet_length(before_sha256) = 32),
      after_sha256 bytea not null check (octet_length(after_sha256) = 32),
      unique (before_sha256, after_sha256)
    )
  `.execute(db);
  await sql`
    create table symbol_change (
      config_diff_id uuid not null references config_diff (id) on delete cascade,
      symbol text collate "C" not null,
      before_state text not null check (before_state in ('set', 'not-set', 'absent')),
      before_value text,
      after_state text not null check (after_state in ('set', 'not-set', 'absent')),
      after_value text,
      primary key (config_diff_id, symbol),
      check ((before_state = 'set') = (before_value is not null)),
      check ((after_state = 'set') = (after_value is not null))
    )
  `.execute(db);
  await sql`create index symbol_change_symbol on symbol_change (symbol, config_diff_id)`.execute(db);

  // No reference to the report: what changed and when is kept longer than some reports are.
  await sql`
    create table config_change (
      id uuid primary key,
      host_id uuid not null references host (id) on delete cascade,
      report_id uuid not null unique,
      at timestamptz not null,
      config_diff_id uuid not null references config_diff (id)
    )
  `.execute(db);
  await sql`create index config_change_diff_at on config_change (config_diff_id, at desc, id desc)`.execute(db);
  await sql`create index config_change_host_at on config_change (host_id, at desc, id desc)`.execute(db);
}
