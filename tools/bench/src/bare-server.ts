// What the product's routes are set against: Fastify and pg, no tokens, no checks, the SQL written by hand.
import { fastify } from 'fastify';
import pg from 'pg';

const { BENCH_DATABASE_URL, BENCH_PORT } = process.env;
const pool = new pg.Pool({ connectionString: BENCH_DATABASE_URL, max: 10 });
const app = fastify({ bodyLimit: 64 * 1024 });

app.post<{ Body: { machine: string } }>('/touch', async ({ body }) => {
  const { rows } = await pool.query<{ latest_report_id: string }>({
    name: 'touch',
    text: `update host set last_seen_at = now() where machine = decode($1, 'hex') returning latest_report_id`,
    values: [body.machine],
  });
  return { state: 'unchanged', reportId: rows[0]?.latest_report_id };
});

const PAGE = `
  select host.id, host.name, host.labels, host.last_seen_at as "lastSeenAt", coalesce(open.findings, '[]') as findings
  from host
  left join lateral (
    select json_agg(json_build_object(
      'id', finding.id, 'code', finding.code, 'severity', finding.severity, 'subject', finding.subject,
      'summary', finding.summary, 'firstSeenAt', finding.first_seen_at
    ) order by finding.first_seen_at desc, finding.id desc) as findings
    from finding where finding.host_id = host.id and finding.resolved_at is null
  ) open on true
  where (host.name, host.id) > ($1, $2::uuid)
  order by host.name, host.id
  limit 50
`;

app.post<{ Body: { name: string; id: string } }>('/page', async ({ body }) => {
  const { rows } = await pool.query({ name: 'page', text: PAGE, values: [body.name, body.id] });
  return rows;
});

await app.listen({ host: '127.0.0.1', port: Number(BENCH_PORT) });
process.stderr.write('listening\n');
process.once('SIGTERM', () => void app.close().then(() => pool.end()));
