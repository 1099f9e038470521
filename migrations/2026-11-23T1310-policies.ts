import { type Kysely, sql } from 'kysely';

export async function up(db: Kysely<unknown>): Promise<void> {
  // A policy may name kernels of its own that hosts are judged for; their verdicts carry the name.
  await sql`alter table verdict add column target text`.execute(db);
  await sql`alter table verdict drop constraint verdict_basis_check`.execute(db);
  await sql`
    alter table verdict add constraint verdict_basis_check check (basis in ('own', 'what-if', 'planned'))
  `.execute(db);
  await sql`
    alter table verdict add constraint verdict_planned_has_target check ((basis = 'planned') = (target is not null))
  `.execute(db);

  // The highest version is in force; with none, the built-in policy is. Versions are never changed or removed.
  await sql`
    create table policy_version (
      version int primary key check (version >= 1),
      text text not null,
      applied_by text not null,
      applied_at timestamptz not null
    )
  `.execute(db);
}
