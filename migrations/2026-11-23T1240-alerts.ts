import { type Kysely, sql } from 'kysely';

export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table receiver (
      id uuid primary key,
      name text not null unique,
      url text not null,
      secret text not null,
      created_at timestamptz not null
    )
  `.execute(db);

  await sql`
    create table alert_rule (
      id uuid primary key,
      name text not null unique,
      receiver_id uuid not null references receiver (id) on delete cascade,
      min_severity text not null check (min_severity in ('info', 'warning', 'critical')),
      created_at timestamptz not null
    )
  `.execute(db);
  await sql`create index alert_rule_receiver_id on alert_rule (receiver_id)`.execute(db);

  // The unique four say: one receiver hears of one event of one episode once, whatever is retried.
  await sql`
    create table notification (
      id uuid primary key,
      finding_id uuid not null references finding (id) on delete cascade,
      episode int not null,
      event text not null check (event in ('opened', 'resolved')),
      receiver_id uuid not null references receiver (id) on delete cascade,
      state text not null check (state in ('pending', 'sent', 'dead')),
      created_at timestamptz not null,
      settled_at timestamptz,
      failure text,
      unique (finding_id, episode, event, receiver_id),
      check ((state = 'pending') = (settled_at is null)),
      check ((state = 'dead') = (failure is not null))
    )
  `.execute(db);
  await sql`create index notification_pending on notification (created_at) where state = 'pending'`.execute(db);
  await sql`create index notification_receiver_id on notification (receiver_id)`.execute(db);

  await sql`
    create table notification_attempt (
      id uuid primary key,
      notification_id uuid not null references notification (id) on delete cascade,
      at timestamptz not null,
      latency_ms int not null check (latency_ms >= 0),
      status int,
      error text
    )
  `.execute(db);
  await sql`create index notification_attempt_notification_id on notification_attempt (notification_id)`.execute(db);
}
