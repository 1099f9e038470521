import { once } from 'node:events';
import { type ClientRequest, type IncomingMessage, request } from 'node:http';
import { freshDatabase } from '@altmap/testkit';
import { describe, expect, it } from 'vitest';
import { sha256, TestApi } from './testing/test-api.ts';

describe('startApi', () => {
  it('answers what is under way before it closes, and takes nothing new', async () => {
    const api = await TestApi.start(await freshDatabase());
    const host = await api.enrol('closing');
    const content = 'CONFIG_ZONE_DEVICE=y\n';
    const upload: ClientRequest = request(`${api.api.url}/v1/blobs/sha256:${sha256(content)}`, {
      method: 'PUT',
      headers: {
        authorization: `Bearer ${host.token}`,
        'content-type': 'application/octet-stream',
        'content-length': content.length,
      },
    });
    upload.write(content.slice(0, 5));
    const started = () => api.metric('altmap_http_requests_total{method="PUT",route="/v1/blobs/:digest",status="200"}');
    await expect(started()).rejects.toThrow('no sample');

    const closed = api.api.close();
    await expect.poll(() => fetch(`${api.api.url}/healthz`).then(String, () => 'refused')).toBe('refused');
    upload.end(content.slice(5));
    const [answer] = (await once(upload, 'response')) as [IncomingMessage];
    expect(answer.statusCode).toBe(200);
    answer.resume();
    await closed;
    await api.close();
  });

  it('does not start where it cannot listen, and leaves the one that does alone', async () => {
    const url = await freshDatabase();
    const first = await TestApi.start(url);
    const { port } = new URL(first.api.url);
    await expect(TestApi.start(url, { ALTMAP_LISTEN_PORT: port })).rejects.toThrow('EADDRINUSE');
    expect((await first.request('GET', '/healthz')).status).toBe(200);
    await first.close();
  });
});
