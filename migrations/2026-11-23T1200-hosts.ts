import { type Kysely, sql } from 'kysely';

export async function up(db: Kysely<unknown>): Promise<void> {
  // Names sort by bytes: an index in a locale's order breaks when the system's C library changes that order.
  // latest_report_id gets its foreign key once there are reports. last_seen_at changes with every small request and is in no
  // index, so that the update stays inside its page (a heap-only tuple), for which fillfactor leaves room.
  await sql`
    create table host (
      id uuid primary key,
      machine bytea not null unique check (octet_length(machine) = 32),
      name text collate "C" not null,
      labels jsonb not null check (jsonb_typeof(labels) = 'object'),
      created_at timestamptz not null,
      last_seen_at timestamptz not null,
      latest_report_id uuid unique,
      latest_report_digest bytea check (octet_length(latest_report_digest) = 32),
      check (latest_report_id is not null or latest_report_digest is null)
    ) with (fillfactor = 85)
  `.execute(db);
  await sql`create index host_name_id on host (name, id)`.execute(db);
  await sql`create index host_labels on host using gin (labels jsonb_path_ops)`.execute(db);

  await sql`
    create table token (
      id uuid primary key,
      kind text not null check (kind in ('agent', 'reader', 'enroll')),
      name text not null,
      sha256 bytea not null unique check (octet_length(sha256) = 32),
      host_id uuid references host (id) on delete cascade,
      created_at timestamptz not null,
      revoked_at timestamptz,
      check ((kind = 'agent') = (host_id is not null))
    )
  `.execute(db);
  await sql`create index token_host_id on token (host_id) where host_id is not null`.execute(db);
}
