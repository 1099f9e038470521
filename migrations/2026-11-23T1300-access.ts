import { type Kysely, sql } from 'kysely';

export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`alter table token drop constraint token_kind_check`.execute(db);
  await sql`
    alter table token
      add constraint token_kind_check check (kind in ('agent', 'reader', 'operator', 'admin', 'enroll')),
      add column expires_at timestamptz,
      add column labels jsonb not null default '{}' check (jsonb_typeof(labels) = 'object')
  `.execute(db);

  // Names of tokens and hosts stand here as they were: what is told must outlive what it tells of, so nothing is referenced.
  await sql`
    create table audit_event (
      id uuid primary key,
      at timestamptz not null,
      actor text not null,
      action text not null,
      object text not null,
      details jsonb not null check (jsonb_typeof(details) = 'object')
    )
  `.execute(db);
  await sql`create index audit_event_at on audit_event (at desc, id desc)`.execute(db);
  await sql`create index audit_event_object on audit_event (object, at desc)`.execute(db);
}
