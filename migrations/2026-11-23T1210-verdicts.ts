import { type Kysely, sql } from 'kysely';

/** Physical addresses and sizes have at most 53 bits here, so that they are exact as JavaScript numbers. */
const EXACT = sql.raw('between 0 and 9007199254740991');

export async function up(db: Kysely<unknown>): Promise<void> {
  // Equal inputs are judged once per engine version: the unique pair decides between two workers at the same moment.
  await sql`
    create table verdict_set (
      id uuid primary key,
      engine_version text not null,
      input_digest bytea not null check (octet_length(input_digest) = 32),
      created_at timestamptz not null,
      unique (engine_version, input_digest)
    )
  `.execute(db);

  await sql`
    create table device_range (
      id uuid primary key,
      verdict_set_id uuid not null references verdict_set (id) on delete cascade,
      ordinal int not null,
      name text not null,
      region text,
      start bigint not null check (start ${EXACT}),
      size bigint not null check (size ${EXACT}),
      provider text not null check (provider in ('nfit', 'of', 'virtio', 'cxl', 'hmem', 'unknown')),
      mode text check (mode in ('fsdax', 'devdax', 'raw', 'sector', 'kmem')),
      map text check (map in ('dev', 'mem')),
      align bigint check (align ${EXACT}),
      unique (verdict_set_id, ordinal)
    )
  `.execute(db);

  // result is the engine's whole answer; outcome, reason and sentence are the parts of it that people filter by and read.
  await sql`
    create table verdict (
      id uuid primary key,
      device_range_id uuid not null references device_range (id) on delete cascade,
      ordinal int not null,
      basis text not null check (basis in ('own', 'what-if')),
      page_size int not null check (page_size in (4096, 16384, 65536)),
      question text not null check (question in ('as-is', 'made-anew')),
      mode text not null check (mode in ('fsdax', 'devdax', 'raw', 'kmem')),
      align bigint check (align ${EXACT}),
      outcome text not null check (outcome in ('ok', 'ok-dram', 'refused', 'oops', 'unsupported', 'unknown')),
      reason text not null,
      sentence text not null,
      result jsonb not null check (jsonb_typeof(result) = 'object'),
      remedies jsonb not null check (jsonb_typeof(remedies) = 'array'),
      unique (device_range_id, ordinal)
    )
  `.execute(db);
  await sql`
    create index verdict_own_outcome on verdict (outcome, device_range_id) where basis = 'own' and question = 'as-is'
  `.execute(db);
}
