import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { type ClientRequest, type IncomingMessage, request } from 'node:http';
import { gzipSync, zstdCompressSync } from 'node:zlib';
import { LIMITS } from '@altmap/protocol';
import { freshDatabase } from '@altmap/testkit';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { type Answer, manifestOf, sha256, TestApi, type TestHost } from '../testing/test-api.ts';

const MIB = 1024 * 1024;

let api: TestApi;
let host: TestHost;
let other: TestHost;
let before: Readonly<Record<string, number>>;

beforeAll(async () => {
  api = await TestApi.start(await freshDatabase(), { ALTMAP_LOG_LEVEL: 'debug' });
  host = await api.enrol('bad');
  other = await api.enrol('other');
});
afterAll(() => api.close());
beforeEach(async () => {
  before = await api.counts();
});
/** Whatever was sent: nothing is stored by halves, and the server is up. */
afterEach(async () => {
  expect(await api.counts()).toEqual(before);
  expect((await api.request('GET', '/readyz')).status).toBe(200);
});

function expectProblem(answer: Answer, status: number, code: string): void {
  expect([answer.status, answer.body.code, answer.body.status]).toEqual([status, code, status]);
  expect(answer.headers.get('content-type')).toBe('application/problem+json; charset=utf-8');
  expect(answer.body).toMatchObject({
    type: `urn:altmap:error:${code}`,
    title: expect.any(String),
    detail: expect.any(String),
    requestId: expect.any(String),
  });
}

/** Sends a head and some bytes, and leaves the rest of the body out: only an early refusal can be answered. */
async function sendPart(
  headers: Record<string, string | number>,
  body: Iterable<Uint8Array>,
): Promise<{ status: number; text: string }> {
  const outgoing: ClientRequest = request(`${api.api.url}/v1/blobs/sha256:${'0'.repeat(64)}`, {
    method: 'PUT',
    headers: { authorization: `Bearer ${host.token}`, 'content-type': 'application/octet-stream', ...headers },
  });
  outgoing.on('error', () => {});
  for (const chunk of body) outgoing.write(chunk);
  outgoing.flushHeaders();
  const [incoming] = (await once(outgoing, 'response')) as [IncomingMessage];
  let text = '';
  for await (const chunk of incoming) text += String(chunk);
  outgoing.destroy();
  return { status: incoming.statusCode ?? 0, text };
}

describe('a blob', () => {
  const content = Buffer.from('CONFIG_ZONE_DEVICE=y\n'.repeat(1000));
  const digest = sha256(content);

  it('with another digest than its content has', async () => {
    const answer = await api.putBlob(sha256('x'), host.token, gzipSync(content), 'gzip');
    expectProblem(answer, 422, 'E_DIGEST_MISMATCH');
    expect(answer.body.actual).toBe(digest);
  });

  it('that is cut short, in gzip and in zstd, at any byte', async () => {
    for (const [encoding, packed] of [
      ['gzip', gzipSync(content)],
      ['zstd', zstdCompressSync(content)],
    ] as const) {
      for (let length = 0; length < packed.length; length += 7) {
        const answer = await api.putBlob(digest, host.token, Buffer.from(packed.subarray(0, length)), encoding);
        expectProblem(answer, 422, 'E_BAD_ENCODING');
      }
    }
  });

  it('of binary junk under an honest name for it, and under another', async () => {
    const junk = randomBytes(10_000);
    expectProblem(await api.putBlob(sha256(junk), host.token, junk, 'gzip'), 422, 'E_BAD_ENCODING');
    expectProblem(await api.putBlob(sha256(junk), host.token, junk, 'zstd'), 422, 'E_BAD_ENCODING');
    expectProblem(await api.putBlob(digest, host.token, junk), 422, 'E_DIGEST_MISMATCH');
  });

  it('that unpacks to more than the limit: gzip and zstd bombs', async () => {
    const zeros = Buffer.alloc(LIMITS.blobBytes + 1);
    for (const [encoding, packed] of [
      ['gzip', gzipSync(zeros)],
      ['zstd', zstdCompressSync(zeros)],
    ] as const) {
      expect(packed.length).toBeLessThan(MIB);
      expectProblem(
        await api.putBlob(sha256(zeros), host.token, Buffer.from(packed), encoding),
        413,
        'E_UNPACKED_TOO_LARGE',
      );
    }
  });

  it('of 100 MB that says so: refused by its head, before a byte of the body', async () => {
    const { status, text } = await sendPart({ 'content-length': 100 * MIB }, []);
    expect([status, JSON.parse(text).code]).toEqual([413, 'E_BODY_TOO_LARGE']);
  });

  it('of 100 MB that does not say so: refused at the limit, not after it', async () => {
    const chunks = Array.from({ length: 5 }, () => randomBytes(MIB));
    const { status, text } = await sendPart({ 'transfer-encoding': 'chunked' }, chunks);
    expect([status, JSON.parse(text).code]).toEqual([413, 'E_BODY_TOO_LARGE']);
  });

  it('of 100 MB, sent whole by somebody who does not listen meanwhile, gets the same answer', async () => {
    const config = Buffer.alloc(100 * MIB, '# CONFIG_X is not set\n');
    expectProblem(await api.putBlob(sha256(config), host.token, config), 413, 'E_BODY_TOO_LARGE');
  });

  it('under a name that is no digest, in a type or an encoding that is not taken', async () => {
    const headers = { 'content-type': 'application/octet-stream' };
    const put = (path: string, more: Record<string, string> = {}) =>
      api.request('PUT', path, { token: host.token, headers: { ...headers, ...more }, body: content });
    for (const name of [
      digest,
      `sha256:${digest.slice(1)}`,
      `md5:${digest}`,
      `sha256:${digest.toUpperCase()}`,
      'sha256:..%2F..',
    ]) {
      expectProblem(await put(`/v1/blobs/${name}`), 400, 'E_VALIDATION');
    }
    expectProblem(await put(`/v1/blobs/sha256:${digest}`, { 'content-type': 'text/plain' }), 415, 'E_CONTENT_TYPE');
    expectProblem(await put(`/v1/blobs/sha256:${digest}`, { 'content-encoding': 'br' }), 415, 'E_CONTENT_TYPE');
    const asJson = { token: host.token, headers: { 'content-type': 'application/json' }, body: '{}' };
    expectProblem(await api.request('PUT', `/v1/blobs/sha256:${digest}`, asJson), 415, 'E_CONTENT_TYPE');
  });

  it('whose sender hangs up in the middle leaves nothing behind, and nobody is blamed for it', async () => {
    const errors = api.log.filter((line) => line.includes('"level":50')).length;
    const outgoing = request(`${api.api.url}/v1/blobs/sha256:${digest}`, {
      method: 'PUT',
      headers: {
        authorization: `Bearer ${host.token}`,
        'content-type': 'application/octet-stream',
        'content-length': content.length,
      },
    });
    outgoing.on('error', () => {});
    outgoing.write(content.subarray(0, 100), () => outgoing.destroy());
    await vi.waitFor(() => expect(api.log.at(-1)).toContain('the client went away'));
    expect(api.log.filter((line) => line.includes('"level":50'))).toHaveLength(errors);
  });
});

describe('a report', () => {
  const PARTS = { config: 'CONFIG_NEVER_SENT=y\n' };

  it('that names blobs never sent, however often it comes', async () => {
    for (let i = 0; i < 3; i++) {
      const { status, body } = await api.postJson('/v1/reports', host.token, manifestOf(host, PARTS));
      expect([status, body]).toEqual([
        200,
        { state: 'incomplete', code: 'E_BLOBS_MISSING', missing: [sha256(PARTS.config)] },
      ]);
    }
  });

  it('with an unknown token, with none, with one of another kind', async () => {
    const manifest = manifestOf(host, PARTS);
    const unknown = `alta_${'x'.repeat(43)}`;
    for (const token of [unknown, 'x', `${host.token}x`, '']) {
      const answer = await api.postJson('/v1/reports', token, manifest);
      expectProblem(answer, 401, 'E_UNAUTHENTICATED');
      expect(answer.headers.get('www-authenticate')).toBe('Bearer');
      expect(answer.text).not.toContain('xxxx');
    }
    const headers = { 'content-type': 'application/json' };
    const without = await api.request('POST', '/v1/reports', { headers, body: JSON.stringify(manifest) });
    expectProblem(without, 401, 'E_UNAUTHENTICATED');
    for (const token of [api.reader, api.enroll]) {
      expectProblem(await api.postJson('/v1/reports', token, manifest), 403, 'E_FORBIDDEN');
    }
  });

  it('with the token of another host', async () => {
    expectProblem(await api.postJson('/v1/reports', other.token, manifestOf(host, PARTS)), 403, 'E_HOST_MISMATCH');
  });

  it('that is no manifest: every member that is wrong is named', async () => {
    const manifest = { ...manifestOf(host, PARTS), pageSize: 8192, parts: [], more: 1 };
    const answer = await api.postJson('/v1/reports', host.token, manifest);
    expectProblem(answer, 400, 'E_VALIDATION');
    const paths = (answer.body.issues as { path: string }[]).map(({ path }) => path);
    expect(paths.sort()).toEqual(['', 'pageSize', 'parts']);
    for (const body of [null, 1, 'x', [], {}]) {
      expectProblem(await api.postJson('/v1/reports', host.token, body), 400, 'E_VALIDATION');
    }
  });

  it('that is not JSON, not said to be JSON, or too large', async () => {
    const post = (body: string, type = 'application/json') =>
      api.request('POST', '/v1/reports', { token: host.token, headers: { 'content-type': type }, body });
    for (const body of ['', '{', '\u0000', '{"__proto__": {}}', '[[['.repeat(5000)]) {
      expectProblem(await post(body), 400, 'E_VALIDATION');
    }
    expectProblem(await post('{}', 'text/plain'), 415, 'E_CONTENT_TYPE');
    expectProblem(await post('{}', 'application/octet-stream'), 415, 'E_CONTENT_TYPE');
    expectProblem(await post(' '.repeat(LIMITS.manifestBytes + 1)), 413, 'E_BODY_TOO_LARGE');
    expectProblem(await post(`"${'x'.repeat(20 * MIB)}"`), 413, 'E_BODY_TOO_LARGE');
  });
});

describe('an enrolment', () => {
  it('with what does not fit', async () => {
    const good = { machine: 'a'.repeat(64), name: 'x' };
    for (const bad of [
      { ...good, machine: 'a' },
      { ...good, name: '' },
      { ...good, labels: { '0': 'x' } },
      { ...good, labels: { a: 1 } },
      { ...good, labels: Object.fromEntries(Array.from({ length: 65 }, (_, i) => [`l${i}`, ''])) },
      { ...good, token: 'mine' },
    ]) {
      expectProblem(await api.postJson('/v1/hosts', api.enroll, bad), 400, 'E_VALIDATION');
    }
  });

  it('with a token that is not for enrolling', async () => {
    for (const token of [api.reader, host.token]) {
      expectProblem(await api.postJson('/v1/hosts', token, { machine: 'a'.repeat(64), name: 'x' }), 403, 'E_FORBIDDEN');
    }
  });
});
