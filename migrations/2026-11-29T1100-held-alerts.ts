import { type Kysely, sql } from 'kysely';

export async function up(db: Kysely<unknown>): Promise<void> {
  // The last look at its group saw this change and holds it back until alert_group.held_until. A comparison of times cannot tell:
  // a change may be committed after a look that was later by the clock.
  await sql`alter table alert add held boolean not null default false`.execute(db);
}
