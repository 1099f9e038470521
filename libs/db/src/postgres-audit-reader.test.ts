import { freshDatabase } from '@altmap/testkit';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { event } from '../test/events.ts';
import { type MigratedDatabase, migratedDatabase } from '../test/migrated-database.ts';
import { at } from '../test/samples.ts';
import { createRepositories, type Repositories } from './create-repositories.ts';
import { inTransaction } from './in-transaction.ts';
import { insertAuditEvent } from './insert-audit-event.ts';

let database: MigratedDatabase;
let repositories: Repositories;
beforeAll(async () => {
  database = await migratedDatabase(await freshDatabase());
  repositories = createRepositories(database.db);
});
afterAll(() => database.close());

it('gives events newest first, page by page, each once', async () => {
  const events = [1, 2, 3, 4, 5].map((day) =>
    event({
      at: at(`2026-11-0${Math.min(day, 4)}T08:00:00Z`),
      actor: day % 2 === 0 ? 'even' : 'odd',
      action: 'host.label',
      details: { day, text: 'nul\0' },
    }),
  );
  await inTransaction(database.db, async (trx) => {
    for (const one of events) await insertAuditEvent(trx, one);
  });
  const seen: unknown[] = [];
  let after: string | null = null;
  for (;;) {
    const page = await repositories.audit.events({}, { first: 2, after });
    seen.push(...page.items.map(({ node }) => node.details['day']));
    if (!page.hasNextPage) break;
    after = page.items.at(-1)?.cursor ?? null;
  }
  expect(seen).toEqual([5, 4, 3, 2, 1]);
  const even = await repositories.audit.events({ actor: 'even', action: 'host.label' }, { first: 9, after: null });
  expect(even.items.map(({ node }) => node.details)).toEqual([
    { day: 4, text: 'nul\uFFFD' },
    { day: 2, text: 'nul\uFFFD' },
  ]);
  await expect(repositories.audit.events({}, { first: 1, after: 'junk' })).rejects.toMatchObject({
    code: 'E_BAD_CURSOR',
  });
});
