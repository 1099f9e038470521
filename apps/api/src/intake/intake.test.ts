import { gzipSync, zstdCompressSync } from 'node:zlib';
import { freshDatabase } from '@altmap/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { manifestOf, sha256, TestApi, type TestHost } from '../testing/test-api.ts';
import { watchRows } from '../testing/watch-rows.ts';

let api: TestApi;
beforeAll(async () => {
  api = await TestApi.start(await freshDatabase());
});
afterAll(() => api.close());

const PARTS = { config: 'CONFIG_ZONE_DEVICE=y\n', iomem: '40000000-7fffffff : System RAM\n' };

describe('intake', () => {
  it('enrols a machine once: the same host again, with a new token and the old one revoked', async () => {
    const first = await api.enrol('twice');
    const second = await api.enrol('twice');
    expect(second.hostId).toBe(first.hostId);
    expect(second.token).not.toBe(first.token);
    const answer = await api.postJson('/v1/reports', first.token, manifestOf(first, PARTS));
    expect([answer.status, answer.body.code]).toEqual([401, 'E_UNAUTHENTICATED']);
  });

  it('asks for the blobs it lacks, then accepts, then finds the report unchanged', async () => {
    const host = await api.enrol('flow');
    const manifest = manifestOf(host, PARTS);
    const first = await api.postJson('/v1/reports', host.token, manifest);
    expect(first.body).toEqual({ state: 'incomplete', code: 'E_BLOBS_MISSING', missing: expect.any(Array) });
    expect(new Set(first.body.missing as string[])).toEqual(new Set(manifest.parts.map((part) => part.sha256)));

    const config = await api.putBlob(sha256(PARTS.config), host.token, gzipSync(PARTS.config), 'gzip');
    expect([config.status, config.body]).toEqual([200, { sha256: sha256(PARTS.config), bytes: PARTS.config.length }]);
    const half = await api.postJson('/v1/reports', host.token, manifest);
    expect(half.body.missing).toEqual([sha256(PARTS.iomem)]);
    await api.putBlob(sha256(PARTS.iomem), host.token, zstdCompressSync(PARTS.iomem), 'zstd');

    const accepted = await api.postJson('/v1/reports', host.token, manifest);
    expect(accepted.body).toEqual({ state: 'accepted', reportId: expect.any(String) });
    const later = { ...manifest, collectedAt: '2026-11-22T11:00:00Z' };
    const unchanged = await api.postJson('/v1/reports', host.token, later);
    expect(unchanged.body).toEqual({ state: 'unchanged', reportId: accepted.body.reportId });
    expect(await api.metric('altmap_queue_jobs{queue="checks",state="waiting"}')).toBe(1);
  });

  it('writes one row for an unchanged report, and enqueues no job', async () => {
    const hosts = await Promise.all(['quiet-1', 'quiet-2', 'quiet-3'].map((name) => api.enrol(name)));
    for (const host of hosts) expect((await api.report(host, PARTS)).body.state).toBe('accepted');
    const jobs = await api.metric('altmap_queue_jobs{queue="checks",state="waiting"}');
    const written = await watchRows(api.database);
    for (const host of hosts) {
      const { body } = await api.postJson('/v1/reports', host.token, manifestOf(host, PARTS));
      expect(body.state).toBe('unchanged');
    }
    expect(await written()).toEqual({ 'public.host': 3 });
    expect(await api.metric('altmap_queue_jobs{queue="checks",state="waiting"}')).toBe(jobs);
    // The queue is among the tables that are watched.
    await api.report(hosts[0] as TestHost, { cmdline: 'quiet-1' });
    expect(Object.keys(await written())).toEqual(expect.arrayContaining(['bullmq.job', 'public.report']));
  });

  it('does not ask another host for a blob that it has', async () => {
    await api.report(await api.enrol('a'), PARTS);
    const b = await api.enrol('b');
    expect((await api.postJson('/v1/reports', b.token, manifestOf(b, PARTS))).body.state).toBe('accepted');
  });

  it('takes plain bytes and an empty part', async () => {
    const host = await api.enrol('plain');
    const content = new TextEncoder().encode('BOOT_IMAGE=x\n');
    expect((await api.putBlob(sha256(content), host.token, content)).status).toBe(200);
    expect((await api.report(host, { cmdline: 'BOOT_IMAGE=x\n', dmesg: '' })).body.state).toBe('accepted');
  });
});
