import { type Kysely, sql } from 'kysely';

export async function up(db: Kysely<unknown>): Promise<void> {
  // What a receiver needs depends on its kind; the protocol has the forms.
  await sql`alter table receiver add target jsonb check (jsonb_typeof(target) = 'object')`.execute(db);
  await sql`
    update receiver set target = jsonb_build_object('kind', 'webhook', 'url', url, 'secrets', jsonb_build_array(secret))
  `.execute(db);
  await sql`alter table receiver alter target set not null, drop url, drop secret`.execute(db);

  await sql`
    alter table alert_rule
      add matchers jsonb not null default '[]' check (jsonb_typeof(matchers) = 'array'),
      add group_by text[] not null default '{host}',
      add group_wait_ms int not null default 1000 check (group_wait_ms >= 0),
      add group_interval_ms int not null default 60000 check (group_interval_ms >= 0),
      add repeat_interval_ms int not null default 86400000 check (repeat_interval_ms > 0),
      add storm_groups int not null default 50 check (storm_groups >= 1)
  `.execute(db);
  await sql`
    alter table alert_rule
      alter matchers drop default, alter group_by drop default, alter group_wait_ms drop default,
      alter group_interval_ms drop default, alter repeat_interval_ms drop default, alter storm_groups drop default
  `.execute(db);

  // The key of the storm guard's group is 'storm', that of any other the SHA-256 of its labels: an index row of bounded size.
  // looked_at and held_until: nothing that changed before the one is to be said before the other.
  await sql`
    create table alert_group (
      id uuid primary key,
      rule_id uuid not null references alert_rule (id) on delete cascade,
      key text not null,
      labels jsonb not null check (jsonb_typeof(labels) = 'object'),
      created_at timestamptz not null,
      sequence int not null default 0,
      notified_at timestamptz,
      looked_at timestamptz,
      held_until timestamptz,
      unique (rule_id, key)
    ) with (fillfactor = 85)
  `.execute(db);
  await sql`create index alert_group_created_at on alert_group (rule_id, created_at)`.execute(db);

  // A row where firing and told differ is the outbox of messages yet to be written.
  await sql`
    create table alert (
      rule_id uuid not null references alert_rule (id) on delete cascade,
      finding_id uuid not null references finding (id) on delete cascade,
      group_id uuid not null references alert_group (id) on delete cascade,
      firing boolean not null,
      told boolean not null,
      changed_at timestamptz not null,
      primary key (rule_id, finding_id)
    ) with (fillfactor = 85)
  `.execute(db);
  await sql`create index alert_finding_id on alert (finding_id)`.execute(db);
  await sql`create index alert_group_id on alert (group_id)`.execute(db);
  await sql`create index alert_news on alert (changed_at) where firing <> told`.execute(db);

  // Messages were about single findings; the findings themselves are told anew at the next report of their host.
  await sql`drop table notification_attempt, notification`.execute(db);
  // finding_ids and firing, side by side, are what the receiver knows once it has taken the message.
  await sql`
    create table notification (
      id uuid primary key,
      group_id uuid references alert_group (id) on delete set null,
      receiver_id uuid not null references receiver (id) on delete cascade,
      sequence int not null,
      content jsonb not null check (jsonb_typeof(content) = 'object'),
      finding_ids uuid[] not null,
      firing boolean[] not null check (cardinality(firing) = cardinality(finding_ids)),
      state text not null check (state in ('pending', 'sent', 'dead')),
      created_at timestamptz not null,
      settled_at timestamptz,
      failure text,
      check ((state = 'pending') = (settled_at is null)),
      check ((state = 'dead') = (failure is not null))
    )
  `.execute(db);
  await sql`create index notification_pending on notification (created_at) where state = 'pending'`.execute(db);
  // One message of a group is under way at a time: a receiver gets them in order.
  await sql`create unique index notification_under_way on notification (group_id) where state = 'pending'`.execute(db);
  await sql`create index notification_group_id on notification (group_id, sequence)`.execute(db);
  await sql`create index notification_receiver_id on notification (receiver_id)`.execute(db);
  await sql`create index notification_created_at on notification (created_at desc, id desc)`.execute(db);

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

  await sql`
    create table silence (
      id uuid primary key,
      matchers jsonb not null check (jsonb_typeof(matchers) = 'array'),
      starts_at timestamptz not null,
      ends_at timestamptz not null check (ends_at >= starts_at),
      creator text not null,
      comment text not null,
      created_at timestamptz not null
    )
  `.execute(db);
  await sql`create index silence_ends_at on silence (ends_at)`.execute(db);
}
