import { freshDatabase } from '@altmap/testkit';
import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type MigratedDatabase, migratedDatabase } from '../test/migrated-database.ts';
import { encodeCursor } from './cursor.ts';
import { findingsQuery } from './list-findings.ts';
import { hostsQuery } from './list-hosts.ts';
import { reportsQuery } from './list-reports.ts';

let database: MigratedDatabase;
beforeAll(async () => {
  database = await migratedDatabase(await freshDatabase());
  const { db } = database;
  await sql`
    insert into host (id, machine, name, labels, created_at, last_seen_at)
    select gen_random_uuid(), sha256(n::text::bytea), 'host-' || n, jsonb_build_object('rack', 'r' || n % 500), now(), now()
    from generate_series(1, 5000) n
  `.execute(db);
  await sql`
    insert into report (id, host_id, state, digest, release, page_size, absent, collected_at, received_at)
    select gen_random_uuid(), id, 'received', machine, '6.12', 65536, '[]', now(), now() from host
  `.execute(db);
  await sql`
    update host set latest_report_id = report.id, latest_report_digest = report.digest
    from report where report.host_id = host.id
  `.execute(db);
  await sql`update report set state = 'failed', failure = 'x', failed_at = now()`.execute(db);
  await sql`
    insert into finding
    select gen_random_uuid(), host_id, 'k', 1, 'C', 'info', 's', 's', '{}', now() - random() * interval '9 days', now(),
      case when random() < 0.9 then now() end, id
    from report
  `.execute(db);
  await sql`vacuum analyze`.execute(db);
});
afterAll(() => database.close());

interface Node {
  readonly 'Node Type': string;
  readonly 'Index Name'?: string;
  readonly 'Shared Hit Blocks': number;
  readonly 'Shared Read Blocks': number;
  readonly Plans?: readonly Node[];
}

function nodes(node: Node): Node[] {
  return [node, ...(node.Plans ?? []).flatMap(nodes)];
}

async function planOf(query: { compile(): { sql: string; parameters: readonly unknown[] } }): Promise<Node> {
  const { sql: text, parameters } = query.compile();
  const pieces = text.split(/\$\d+/);
  const explain = sql.join(
    pieces.flatMap((piece, n) => [sql.raw(piece), ...(n < parameters.length ? [sql.val(parameters[n])] : [])]),
    sql.raw(''),
  );
  const { rows } = await sql<{ 'QUERY PLAN': [{ Plan: Node }] }>`
    explain (analyze, buffers, timing off, format json) ${explain}
  `.execute(database.db);
  const plan = rows[0]?.['QUERY PLAN'][0].Plan;
  if (plan === undefined) throw new Error('expected a plan');
  return plan;
}

const blocks = (plan: Node): number => plan['Shared Hit Blocks'] + plan['Shared Read Blocks'];
const types = (plan: Node): string[] => nodes(plan).map((node) => node['Node Type']);
const indexes = (plan: Node): string[] => nodes(plan).flatMap((node) => node['Index Name'] ?? []);

const names = (n: number) => encodeCursor({ name: `host-${n}`, id: '00000000-0000-0000-0000-000000000000' });

describe('a page of hosts', () => {
  it.each([
    ['the first', null],
    ['one far behind', names(4900)],
  ])('walks the index without sorting: %s', async (_what, after) => {
    const plan = await planOf(hostsQuery(database.db, {}, { first: 50, after }));
    expect(types(plan)).toEqual(['Limit', 'Index Scan']);
    expect(indexes(plan)).toEqual(['host_name_id']);
  });

  it('touches as many blocks far behind as in front', async () => {
    const front = await planOf(hostsQuery(database.db, {}, { first: 50, after: names(1) }));
    const behind = await planOf(hostsQuery(database.db, {}, { first: 50, after: names(4900) }));
    expect(blocks(behind)).toBeLessThanOrEqual(blocks(front) * 1.2);
  });

  it('finds a rare label by its index', async () => {
    const plan = await planOf(hostsQuery(database.db, { labels: { rack: 'r7' } }, { first: 50, after: null }));
    expect(indexes(plan)).toEqual(['host_labels']);
  });

  it('looks up the page size of each host by its report', async () => {
    const plan = await planOf(hostsQuery(database.db, { pageSize: [65536] }, { first: 50, after: null }));
    expect(types(plan)).not.toContain('Seq Scan');
    expect(types(plan)).not.toContain('Sort');
  });
});

describe('a page of findings', () => {
  it.each([
    ['open', 'finding_open_first_seen'],
    ['all', 'finding_first_seen'],
  ] as const)('walks the index without sorting: %s', async (state, index) => {
    const after = encodeCursor({ at: new Date().toISOString(), id: 'ffffffff-ffff-4fff-bfff-ffffffffffff' });
    const plan = await planOf(findingsQuery(database.db, { state }, { first: 50, after }));
    expect(types(plan)).toEqual(['Limit', 'Index Scan']);
    expect(indexes(plan)).toEqual([index]);
  });
});

it('a page of the reports of a host walks its index without sorting', async () => {
  const host = await database.db.selectFrom('host').select('id').where('name', '=', 'host-7').executeTakeFirstOrThrow();
  const after = encodeCursor({ at: new Date().toISOString(), id: 'ffffffff-ffff-4fff-bfff-ffffffffffff' });
  for (const from of [null, after]) {
    const plan = await planOf(reportsQuery(database.db, host.id, { first: 50, after: from }));
    expect([types(plan), indexes(plan)]).toEqual([['Limit', 'Index Scan'], ['report_host_received']]);
  }
});

it('notes that a host was seen without a change of any index', async () => {
  const hot = await database.db.connection().execute(async (db) => {
    await sql`update host set last_seen_at = now() + interval '1 second' where name = 'host-77'`.execute(db);
    await sql`select pg_stat_force_next_flush()`.execute(db);
    return sql`select n_tup_hot_upd as hot from pg_stat_user_tables where relname = 'host'`.execute(db);
  });
  expect(hot.rows).toEqual([{ hot: 1 }]);
});

it('finds stranded reports by their own small index', async () => {
  const reports = database.db.selectFrom('report').select('id').where('state', '=', 'received');
  expect(indexes(await planOf(reports.orderBy('received_at').limit(10)))).toEqual(['report_stranded']);
});
