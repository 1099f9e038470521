import { type Kysely, sql } from 'kysely';

export async function up(db: Kysely<unknown>): Promise<void> {
  // One pass over all hosts with another policy or engine. last_host_id: hosts up to it are done, so that a pass goes on after a
  // crash where it was. candidate: a policy that is only tried; else the one in force counts.
  await sql`
    create table rejudge_run (
      id uuid primary key,
      dry_run boolean not null,
      candidate text,
      engine_version text,
      requested_by text not null,
      created_at timestamptz not null,
      state text not null check (state in ('pending', 'done', 'failed')),
      finished_at timestamptz,
      failure text,
      last_host_id uuid,
      hosts int not null default 0,
      skipped int not null default 0,
      opened int not null default 0,
      resolved int not null default 0,
      changed int not null default 0,
      check (candidate is null or dry_run),
      check ((state = 'pending') = (finished_at is null)),
      check ((state = 'failed') = (failure is not null))
    )
  `.execute(db);
  await sql`create index rejudge_run_pending on rejudge_run (created_at) where state = 'pending'`.execute(db);

  await sql`
    create table rejudge_change (
      run_id uuid not null references rejudge_run (id) on delete cascade,
      host_id uuid not null references host (id) on delete cascade,
      key text not null,
      change text not null check (change in ('opened', 'resolved', 'changed')),
      code text not null,
      severity text not null check (severity in ('info', 'warning', 'critical')),
      severity_before text check (severity_before in ('info', 'warning', 'critical')),
      subject text not null,
      summary text not null,
      primary key (run_id, host_id, key)
    )
  `.execute(db);
  await sql`create index rejudge_change_host_id on rejudge_change (host_id)`.execute(db);
}
