import { zstdDecompressSync } from 'node:zlib';
import { freshDatabase } from '@altmap/testkit';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type MigratedDatabase, migratedDatabase } from '../test/migrated-database.ts';
import { at, enrolled, report, sha256, stored } from '../test/samples.ts';
import { createRepositories, type Repositories } from './create-repositories.ts';

let database: MigratedDatabase;
let repositories: Repositories;
beforeAll(async () => {
  database = await migratedDatabase(await freshDatabase());
  repositories = createRepositories(database.db);
});
afterAll(() => database.close());

async function put(content: string, time: string): Promise<string> {
  const digest = sha256(content);
  const zstd = Buffer.from(content);
  await repositories.blobs.put({ sha256: digest, bytes: content.length, zstd, at: at(time) });
  return digest;
}

it('gives back the contents of the parts of a report', async () => {
  const { hostId } = await enrolled(repositories);
  const parts = [
    await stored(repositories, 'config', 'CONFIG_ARM64=y\n'),
    await stored(repositories, 'cmdline', ''),
    await stored(repositories, 'iomem', 'binary \0\u00ff junk'),
  ];
  const sent = report(hostId, parts);
  await repositories.reports.commit(sent);
  const contents = await repositories.blobs.partsOf(sent.id);
  expect([...contents].map(([kind, zstd]) => [kind, zstdDecompressSync(zstd).toString()]).sort()).toEqual([
    ['cmdline', ''],
    ['config', 'CONFIG_ARM64=y\n'],
    ['iomem', 'binary \0\u00ff junk'],
  ]);
});

it('knows what is stored', async () => {
  expect(await repositories.blobs.has(await put('known', '2026-11-20T08:00:00Z'))).toBe(true);
  expect(await repositories.blobs.has(sha256('unknown'))).toBe(false);
});

it('takes the same blob from many hosts at the same moment', async () => {
  const digests = await Promise.all(Array.from({ length: 8 }, () => put('popular', '2026-11-20T08:00:00Z')));
  expect(await repositories.blobs.has(digests[0] ?? '')).toBe(true);
});

it('removes what no report names and nobody put lately, oldest first', async () => {
  const { blobs } = repositories;
  const { hostId } = await enrolled(repositories);
  const named = await stored(repositories, 'config', 'named by a report');
  await repositories.reports.commit(report(hostId, [named]));
  await database.db
    .updateTable('blob')
    .set({ put_at: at('2001-01-01T00:00:00Z') })
    .execute();
  await blobs.removeOrphans(at('2001-01-02T00:00:00Z'), 100);

  const oldest = await put('oldest', '2002-01-01T00:00:00Z');
  const older = await put('older', '2002-01-02T00:00:00Z');
  const again = await put('put again', '2002-01-01T00:00:00Z');
  await put('put again', '2002-01-05T00:00:00Z');
  const before = at('2002-01-04T00:00:00Z');
  expect(await blobs.removeOrphans(before, 1)).toBe(1);
  expect(await Promise.all([oldest, older, again].map((digest) => blobs.has(digest)))).toEqual([false, true, true]);
  expect(await blobs.removeOrphans(before, 100)).toBe(1);
  expect(await Promise.all([older, again, named.sha256].map((digest) => blobs.has(digest)))).toEqual([
    false,
    true,
    true,
  ]);
});

it('does not remove what a report is being committed with', async () => {
  const { hostId } = await enrolled(repositories);
  const part = await stored(repositories, 'config', 'committed meanwhile');
  const sent = report(hostId, [part]);
  await database.db.transaction().execute(async (trx) => {
    const digest = Buffer.from(part.sha256, 'hex');
    await trx.selectFrom('blob').select('bytes').where('sha256', '=', digest).forKeyShare().execute();
    await repositories.blobs.removeOrphans(at('2027-01-01T00:00:00Z'), 100);
  });
  expect(await repositories.reports.commit(sent)).toEqual({ reportId: sent.id });
});
