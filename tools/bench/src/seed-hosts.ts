import { createHash } from 'node:crypto';
import { manifestDigest, newId, newToken, tokenDigest } from '@altmap/core';
import type { Database } from '@altmap/db';
import type { Manifest } from '@altmap/protocol';
import { sql } from 'kysely';

/** A host whose report is stored and checked, and the request with which it reports the same once more. */
export interface SeededHost {
  readonly id: string;
  readonly machine: string;
  readonly token: string;
  readonly body: string;
}

const BATCH = 1_000;
const VERDICT_SETS = 300;
const hex = (text: string): string => createHash('sha256').update(text).digest('hex');

function manifestOf(machine: string, i: number): Manifest {
  const kinds = ['config', 'iomem', 'cmdline', 'version', 'meminfo', 'memory-sysfs', 'nd-sysfs', 'ndctl'] as const;
  return {
    version: 1,
    machine,
    collectedAt: '2026-11-23T12:00:00Z',
    release: '6.12.117+deb12-arm64',
    pageSize: 4096,
    parts: kinds.map((kind) => ({ kind, sha256: hex(`${kind} ${i % VERDICT_SETS}`), bytes: 1_000 })),
    absent: [],
  };
}

/**
 * Stores hosts as they are after their first report was checked: a token each, a report, one of a few hundred verdict sets,
 * and for two hosts in three one or two open findings. Straight into the tables: how they got there is not measured.
 */
export async function seedHosts(database: Database, count: number): Promise<SeededHost[]> {
  const sets = Array.from({ length: VERDICT_SETS }, newId);
  await sql`
    insert into verdict_set (id, engine_version, input_digest, created_at)
    select id::uuid, 'bench', sha256(id::bytea), now() from unnest(${sets}::text[]) as id
  `.execute(database);
  const seeded: SeededHost[] = [];
  for (let from = 0; from < count; from += BATCH) {
    const rows = Array.from({ length: Math.min(BATCH, count - from) }, (_, k) => {
      const i = from + k;
      const machine = hex(`bench ${i}`);
      const manifest = manifestOf(machine, i);
      const token = newToken('agent');
      const host = newId();
      seeded.push({ id: host, machine, token, body: JSON.stringify(manifest) });
      return {
        host,
        report: newId(),
        token: newId(),
        set: sets[i % VERDICT_SETS],
        machine,
        name: `bench-${hex(String(i)).slice(0, 8)}-${i}`,
        token_sha256: Buffer.from(tokenDigest(token)).toString('hex'),
        digest: manifestDigest(manifest),
        findings: i % 3,
      };
    });
    await insertRows(database, JSON.stringify(rows));
  }
  // What a running server's autovacuum has done long before.
  for (const table of ['host', 'token', 'report', 'finding'])
    await sql`vacuum analyze ${sql.table(table)}`.execute(database);
  return seeded;
}

async function insertRows(database: Database, rows: string): Promise<void> {
  const given = sql`json_to_recordset(${rows}::json) as given(
    host uuid, report uuid, token uuid, set uuid, machine text, name text, token_sha256 text, digest text, findings int
  )`;
  await sql`
    insert into host (id, machine, name, labels, created_at, last_seen_at)
    select host, decode(machine, 'hex'), name, '{"site": "bern", "role": "bench"}', now(), now() from ${given}
  `.execute(database);
  await sql`
    insert into token (id, kind, name, sha256, host_id, created_at)
    select token, 'agent', name, decode(token_sha256, 'hex'), host, now() from ${given}
  `.execute(database);
  await sql`
    insert into report (id, host_id, state, digest, release, page_size, absent, collected_at, received_at, checked_at, verdict_set_id)
    select report, host, 'checked', decode(digest, 'hex'), '6.12.117+deb12-arm64', 4096, '[]', now(), now(), now(), set from ${given}
  `.execute(database);
  await sql`
    update host set latest_report_id = report, latest_report_digest = decode(digest, 'hex') from ${given} where host.id = given.host
  `.execute(database);
  await sql`
    insert into finding (id, host_id, key, episode, code, severity, subject, summary, facts, first_seen_at, last_seen_at, report_id)
    select gen_random_uuid(), host, 'bench ' || n, 1, 'BENCH', 'warning', 'namespace' || n || '.0',
      'namespace' || n || '.0 would be refused under 64K pages: its start is not aligned.', '{"align": 2097152}',
      now() - n * interval '1 hour', now(), report
    from ${given}, generate_series(1, given.findings) as n
  `.execute(database);
}
