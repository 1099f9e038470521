import { newId } from '@altmap/core';
import { sql } from 'kysely';
import { expect, inject, it, onTestFinished } from 'vitest';
import { migratedDatabase } from '../test/migrated-database.ts';
import { enrolled } from '../test/samples.ts';
import { createRepositories } from './create-repositories.ts';
import { closeDatabase, createDatabase } from './database.ts';
import { listHosts } from './list-hosts.ts';

it('ignores the case of all letters where the database knows them', async () => {
  const url = new URL(inject('postgresUrl'));
  const admin = createDatabase(url.href, { poolSize: 1, applicationName: 'test', onError: () => {} });
  onTestFinished(() => closeDatabase(admin));
  const name = `utf8 ${newId()}`;
  await sql`create database ${sql.id(name)} template template0 locale_provider builtin builtin_locale 'C.UTF-8'`.execute(
    admin,
  );
  url.pathname = `/${encodeURIComponent(name)}`;
  const { db, close } = await migratedDatabase(url.href);
  onTestFinished(close);
  await enrolled(createRepositories(db), { name: 'Österreich-1' });
  for (const part of ['österreich', 'ÖSTERREICH', 'Österreich']) {
    const { items } = await listHosts(db, { name: part }, { first: 10, after: null });
    expect(items.map((item) => item.node.name)).toEqual(['Österreich-1']);
  }
});
