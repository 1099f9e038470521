import { startPostgres, type TestPostgres } from '@altmap/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { manifestOf, TestApi } from './testing/test-api.ts';

let postgres: TestPostgres;
let api: TestApi;
beforeAll(async () => {
  postgres = await startPostgres();
  api = await TestApi.start(postgres.url);
});
afterAll(async () => {
  await api.close();
  await postgres.stop();
});

describe('when Postgres goes away', () => {
  it('says so, with a time to come back and no word of where it was, and lives on', async () => {
    const host = await api.enrol('outage');
    const manifest = manifestOf(host, { config: 'x' });
    expect((await api.postJson('/v1/reports', host.token, manifest)).status).toBe(200);
    await postgres.stop();

    const report = await api.postJson('/v1/reports', host.token, manifest);
    expect([report.status, report.body.code, report.headers.get('retry-after')]).toEqual([503, 'E_UNAVAILABLE', '5']);
    const query = await api.query('{ hosts { edges { cursor } } }');
    expect([query.status, query.text.includes('E_UNAVAILABLE')]).toEqual([503, true]);
    const unknownToken = await api.query('{ __typename }', {}, `altr_${'x'.repeat(43)}`);
    expect([unknownToken.status, unknownToken.body.code]).toEqual([503, 'E_UNAVAILABLE']);

    const ready = await api.request('GET', '/readyz');
    expect([ready.status, ready.body]).toMatchObject([503, { status: 'unavailable', postgres: 'failed' }]);
    expect((await api.request('GET', '/healthz')).status).toBe(200);
    expect((await api.request('GET', '/metrics')).status).toBe(200);
    for (const { text } of [report, query, unknownToken, ready]) {
      expect(text).not.toMatch(new RegExp(`:${new URL(postgres.url).port}|ECONN|127\\.0\\.0\\.1`));
    }
  });
});
