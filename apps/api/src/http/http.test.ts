import { once } from 'node:events';
import { connect } from 'node:net';
import { freshDatabase } from '@altmap/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { TestApi } from '../testing/test-api.ts';

let api: TestApi;
beforeAll(async () => {
  const limits = { headMs: 300, requestMs: 500, inspectMs: 50 };
  api = await TestApi.start(await freshDatabase(), { ALTMAP_RATE_LIMIT: '20' }, { limits });
});
afterAll(() => api.close());

/** Writes bytes on a connection of its own, and gives all that comes back until the server closes it. */
async function talk(text: string): Promise<string> {
  const { hostname, port } = new URL(api.api.url);
  const socket = connect(Number(port), hostname);
  let said = '';
  socket.on('data', (chunk) => {
    said += chunk.toString();
  });
  socket.on('error', () => {});
  socket.write(text);
  await once(socket, 'close');
  return said;
}

const codeOf = (said: string): unknown => JSON.parse(said.slice(said.indexOf('\r\n\r\n') + 4)).code;

describe('every answer', () => {
  it('carries the security headers, errors too', async () => {
    for (const path of ['/', '/nothing', '/v1/reports']) {
      const { headers } = await api.request('GET', path);
      expect(headers.get('x-content-type-options')).toBe('nosniff');
      expect(headers.get('content-security-policy')).toContain("default-src 'none'");
      expect(headers.get('cache-control')).toBe('no-store');
    }
  });
});

describe('an address', () => {
  it('where nothing is gives 404, one that takes other methods 405 and which', async () => {
    const nothing = await api.request('GET', '/v1/nothing?x=1');
    expect([nothing.status, nothing.body.code, nothing.body.detail]).toEqual([
      404,
      'E_NOT_FOUND',
      'there is nothing at /v1/nothing',
    ]);
    const wrong = await api.request('DELETE', `/v1/blobs/sha256:${'0'.repeat(64)}`);
    expect([wrong.status, wrong.body.code, wrong.headers.get('allow')]).toEqual([
      405,
      'E_METHOD_NOT_ALLOWED',
      'POST, PUT',
    ]);
    const read = await api.request('PATCH', '/healthz');
    expect(read.headers.get('allow')).toBe('GET, HEAD');
  });

  it('that is malformed or far too long is refused', async () => {
    const malformed = await talk('GET /%zz HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n');
    expect([malformed.split('\r\n')[0], codeOf(malformed)]).toEqual(['HTTP/1.1 400 Bad Request', 'E_VALIDATION']);
    const long = await talk(`GET /${'x'.repeat(20_000)} HTTP/1.1\r\nhost: x\r\n\r\n`);
    expect([long.split('\r\n')[0], codeOf(long)]).toEqual(['HTTP/1.1 400 Bad Request', 'E_VALIDATION']);
  });
});

describe('a connection', () => {
  it('on which no HTTP is spoken is told so and closed', async () => {
    const said = await talk('\u0016\u0003\u0001 hello\r\n\r\n');
    expect([said.split('\r\n')[0], codeOf(said)]).toEqual(['HTTP/1.1 400 Bad Request', 'E_VALIDATION']);
  });

  it('that sends its head, or its body, too slowly is told so and closed', async () => {
    for (const unfinished of [
      'GET / HTTP/1.1\r\nhost: x\r\n',
      'POST /v1/reports HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: 100\r\n',
    ]) {
      const said = await talk(unfinished);
      expect([said.split('\r\n')[0], codeOf(said)]).toEqual(['HTTP/1.1 408 Request Timeout', 'E_REQUEST_TIMEOUT']);
    }
  });
});

describe('too many requests', () => {
  it('of one token are refused with the time to wait, and hold up no other token', async () => {
    const statuses: number[] = [];
    for (let i = 0; i < 25; i++) statuses.push((await api.query('{ __typename }')).status);
    expect(statuses).toEqual([...Array(20).fill(200), ...Array(5).fill(429)]);
    const refused = await api.query('{ __typename }');
    expect(refused.body.code).toBe('E_RATE_LIMITED');
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0);
    expect((await api.enrol('another')).token).toMatch(/^alta_/);
  });

  it('without a good token are refused by address, and hold up no good token', async () => {
    const bad = `altr_${'x'.repeat(43)}`;
    const statuses: number[] = [];
    for (let i = 0; i < 25; i++) statuses.push((await api.query('{ __typename }', {}, bad)).status);
    expect(new Set(statuses.slice(0, 20))).toEqual(new Set([401]));
    expect(statuses.slice(20)).toEqual(Array(5).fill(429));
    expect((await api.enrol('yet another')).token).toMatch(/^alta_/);
  });
});

describe('X-Forwarded-For', () => {
  it.each([
    ['names the client that is limited when a trusted proxy says it', '127.0.0.0/8', [200, 200, 429, 200]],
    ['says nothing when anybody else sends it', '', [200, 200, 429, 429]],
  ])('%s', async (_what, ALTMAP_TRUSTED_PROXIES, expected) => {
    const limited = await TestApi.start(await freshDatabase(), { ALTMAP_RATE_LIMIT: '2', ALTMAP_TRUSTED_PROXIES });
    const statuses: number[] = [];
    for (const client of ['192.0.2.1', '192.0.2.1', '192.0.2.1', '192.0.2.2']) {
      const headers = { 'x-forwarded-for': client };
      statuses.push((await limited.request('GET', '/healthz', { headers })).status);
    }
    expect(statuses).toEqual(expected);
    await limited.close();
  });
});

describe('/metrics', () => {
  it('counts requests by route and status, and names no host, token or path', async () => {
    await api.enrol('very-particular-name');
    const answer = await api.request('GET', '/metrics');
    expect(answer.headers.get('content-type')).toMatch(/^text\/plain; version=0\.0\.4/);
    expect(answer.text).toMatch(/altmap_http_requests_total\{method="POST",route="\/v1\/hosts",status="201"\} \d+/);
    expect(answer.text).toMatch(/altmap_http_requests_total\{method="GET",route="none",status="404"\} \d+/);
    expect(answer.text).not.toMatch(/very-particular-name|alt[are]_|sha256:|v1\/nothing/);
    expect(answer.text).toContain('process_resident_memory_bytes');
  });
});
