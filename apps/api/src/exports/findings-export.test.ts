import { freshDatabase } from '@altmap/testkit';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { CRITICAL, seedHost, verdictOf } from '../testing/seed-fleet.ts';
import { TestApi } from '../testing/test-api.ts';

let api: TestApi;
let hostId: string;
beforeAll(async () => {
  api = await TestApi.start(await freshDatabase());
  const verdicts = [verdictOf({})];
  ({ hostId } = await seedHost(api, 'prod-1', {
    verdicts,
    findings: [CRITICAL],
    labels: { env: 'prod', site: 'a=b' },
  }));
  await seedHost(api, 'test-1', { verdicts, findings: [{ ...CRITICAL, severity: 'info', code: 'OTHER' }] });
});
afterAll(() => api.close());

const get = (path: string, token = api.reader) => api.request('GET', `/v1/${path}`, { token });

test.each([
  ['csv', 'text/csv; charset=utf-8; header=present', 'findings.csv'],
  ['ndjson', 'application/x-ndjson', 'findings.ndjson'],
  ['sarif', 'application/sarif+json', 'findings.sarif'],
  ['junit', 'application/xml; charset=utf-8', 'findings.xml'],
])('%s has its type and name, and both findings', async (format, type, file) => {
  const { status, headers, text } = await get(`findings.${format}`);
  expect(status).toBe(200);
  expect(headers.get('content-type')).toBe(type);
  expect(headers.get('content-disposition')).toBe(`attachment; filename="${file}"`);
  expect(text).toContain('prod-1');
  expect(text).toContain('test-1');
});

test.each([
  ['severity=critical', ['prod-1']],
  ['severity=critical&severity=info', ['test-1', 'prod-1']],
  ['code=OTHER', ['test-1']],
  ['label=env=prod&label=site=a=b', ['prod-1']],
  ['label=env=test', []],
  ['state=resolved', []],
  ['state=waived', []],
  ['state=all', ['test-1', 'prod-1']],
])('%s', async (query, hosts) => {
  const { text } = await get(`findings.ndjson?${query}`);
  const names = text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line).host.name);
  expect(names.sort()).toEqual([...hosts].sort());
});

test('one host', async () => {
  const { text } = await get(`findings.ndjson?host=${hostId}`);
  expect(text.trimEnd().split('\n')).toHaveLength(1);
  expect(JSON.parse(text)).toMatchObject({ evidence: { engineVersion: 'engine-1', release: '6.12.1' } });
});

test('what is not documented is refused, before anything is sent', async () => {
  const { status, body } = await get('findings.csv?state=closed&severity=loud&colour=red&label=x');
  expect([status, body['code']]).toEqual([400, 'E_VALIDATION']);
  const paths = (body['issues'] as { path: string }[]).map(({ path }) => path);
  expect(paths).toEqual(expect.arrayContaining(['state', 'severity.0', 'label.0']));
  expect((await get('findings.xml')).status).toBe(404);
  expect((await get('findings.csv', api.enroll)).status).toBe(403);
  expect((await api.request('GET', '/v1/findings.csv')).status).toBe(401);
});
