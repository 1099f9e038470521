import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { freshDatabase } from '@altmap/testkit';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type Answer, sha256, TestApi } from '../testing/test-api.ts';

const samples = fileURLToPath(new URL('../../../../samples', import.meta.url));
const HOST = 'edge-4k-01';

let api: TestApi;
beforeAll(async () => {
  api = await TestApi.start(await freshDatabase());
});
afterAll(() => api.close());

const packed = (packing: '--xz' | '--gzip', ...except: string[]): Buffer =>
  execFileSync('tar', ['-C', samples, ...except.map((name) => `--exclude=${name}`), packing, '-cf', '-', HOST], {
    maxBuffer: 64 * 1024 * 1024,
  });

const send = (token: string, body: Uint8Array): Promise<Answer> =>
  api.request('POST', '/v1/archives', {
    token,
    headers: { 'content-type': 'application/octet-stream' },
    body: new Uint8Array(body),
  });

it('makes of an archive the report that its host would send, once', async () => {
  const host = await api.enrol('archive');
  const first = await send(host.token, packed('--xz', 'host.json'));
  expect(first.body).toEqual({ state: 'accepted', reportId: expect.any(String) });
  const again = await send(host.token, packed('--gzip', 'host.json'));
  expect(again.body).toEqual({ state: 'unchanged', reportId: first.body.reportId });
  expect(await api.repositories.blobs.has(sha256(readFileSync(`${samples}/${HOST}/iomem`)))).toBe(true);
});

it('does not take the archive of another machine, or one that is none, and stores nothing of it', async () => {
  const host = await api.enrol('other');
  const before = await api.counts();
  expect(await send(host.token, packed('--gzip'))).toMatchObject({ status: 403, body: { code: 'E_HOST_MISMATCH' } });
  const cut = await send(host.token, packed('--gzip').subarray(0, 50_000));
  expect(cut).toMatchObject({
    status: 422,
    body: { code: expect.stringMatching(/^E_(BAD_ENCODING|ARCHIVE_FORMAT)$/) },
  });
  const zeros = await send(host.token, gzipSync(Buffer.alloc(64 * 1024 * 1024)));
  expect(zeros).toMatchObject({ status: expect.toSatisfy((status: number) => status === 413 || status === 422) });
  expect((await send('alta_x', packed('--gzip'))).status).toBe(401);
  expect(await api.counts()).toEqual(before);
});
