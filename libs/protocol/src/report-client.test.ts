import { createHash } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gunzipSync, gzipSync } from 'node:zlib';
import { afterEach, expect, test } from 'vitest';
import { AltmapError } from './error-code.ts';
import type { Manifest, PartKind } from './manifest.ts';
import { problemOf } from './problem.ts';
import {
  enrol,
  type HostReport,
  ReportClientError,
  type ReportClientPorts,
  sendReport,
  sha256Hex,
} from './report-client.ts';

type Handler = (request: IncomingMessage, body: Buffer, response: ServerResponse) => void;

const closers: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0)) await close();
});

async function serve(handler: Handler): Promise<string> {
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    handler(request, Buffer.concat(chunks), response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  closers.push(
    () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  );
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

function client(url: string, waits: number[] = []): ReportClientPorts {
  return {
    url,
    fetch: (address, init) => fetch(address, init),
    compress: async (bytes) => ({ encoding: 'gzip', body: gzipSync(bytes) }),
    sleep: async (milliseconds) => void waits.push(milliseconds),
    random: () => 1,
    attempts: 4,
  };
}

const json = (response: ServerResponse, status: number, value: unknown, headers: Record<string, string> = {}): void => {
  response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(value));
};

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const REPORT_ID = '0199f0de-0000-7000-8000-000000000001';
const report: HostReport = {
  machine: 'a'.repeat(64),
  collectedAt: '2026-11-23T12:00:00Z',
  release: '6.1.192',
  pageSize: 65536,
  parts: new Map<PartKind, Uint8Array>([
    ['config', bytes('CONFIG_ZONE_DEVICE=y\n')],
    ['iomem', bytes('40000000-7fffffff : System RAM\n')],
  ]),
  absent: [{ kind: 'daxctl', reason: 'not installed' }],
};

test('sends the manifest, then only the parts that the server lacks, then the manifest again', async () => {
  const stored = new Map<string, string>([[await sha256Hex(bytes('CONFIG_ZONE_DEVICE=y\n')), 'there already']]);
  const seen: string[] = [];
  const url = await serve((request, body, response) => {
    seen.push(`${request.method} ${request.url?.replace(/[0-9a-f]{64}/, 'HEX')} ${request.headers.authorization}`);
    if (request.method === 'PUT') {
      const content = request.headers['content-encoding'] === 'gzip' ? gunzipSync(body) : body;
      const digest = createHash('sha256').update(content).digest('hex');
      expect(request.url).toBe(`/v1/blobs/sha256:${digest}`);
      stored.set(digest, content.toString());
      return json(response, 201, {});
    }
    const manifest = JSON.parse(body.toString()) as Manifest;
    const missing = manifest.parts.map((part) => part.sha256).filter((digest) => !stored.has(digest));
    if (missing.length > 0) return json(response, 200, { state: 'incomplete', code: 'E_BLOBS_MISSING', missing });
    expect(manifest).toMatchObject({ version: 1, machine: 'a'.repeat(64), pageSize: 65536, absent: report.absent });
    json(response, 202, { state: 'accepted', reportId: REPORT_ID });
  });

  const sent = await sendReport(client(url), 'secret', report);

  expect(sent).toMatchObject({ state: 'accepted', reportId: REPORT_ID, uploaded: ['iomem'] });
  expect(sent.uploadedBytes).toBeGreaterThan(0);
  expect(seen).toEqual([
    'POST /v1/reports Bearer secret',
    'PUT /v1/blobs/sha256:HEX Bearer secret',
    'POST /v1/reports Bearer secret',
  ]);
  expect([...stored.values()]).toContain('40000000-7fffffff : System RAM\n');
});

test('waits as long as the server asks, else twice as long each time, and then succeeds', async () => {
  let requests = 0;
  const url = await serve((request, _body, response) => {
    requests++;
    if (requests === 1)
      return json(response, 429, problemOf(new AltmapError('E_RATE_LIMITED', 'slow')), { 'retry-after': '7' });
    if (requests === 2) return void request.socket.destroy();
    if (requests === 3) return json(response, 503, {});
    json(response, 200, { state: 'unchanged', reportId: REPORT_ID });
  });
  const waits: number[] = [];

  expect(await sendReport(client(url, waits), 'secret', report)).toMatchObject({ state: 'unchanged', uploaded: [] });

  expect(waits).toEqual([7_000, 1_000, 2_000]);
});

test('gives up after its attempts and says what the server said last', async () => {
  const url = await serve((_request, _body, response) =>
    json(response, 503, problemOf(new AltmapError('E_UNAVAILABLE', 'no Postgres'))),
  );
  const waits: number[] = [];

  await expect(sendReport(client(url, waits), 'secret', report)).rejects.toThrow(/E_UNAVAILABLE: .*no Postgres/);

  expect(waits).toHaveLength(3);
});

test('does not try again what cannot succeed', async () => {
  let requests = 0;
  const url = await serve((_request, _body, response) => {
    requests++;
    json(response, 401, problemOf(new AltmapError('E_UNAUTHENTICATED', 'the token is unknown or revoked')));
  });

  const failure = await sendReport(client(url), 'secret', report).catch((error: unknown) => error);

  expect(failure).toBeInstanceOf(ReportClientError);
  expect(failure).toMatchObject({ status: 401, problem: { code: 'E_UNAUTHENTICATED' } });
  expect(String(failure)).not.toContain('secret');
  expect(requests).toBe(1);
});

test('says so when the address is not an Altmap', async () => {
  const url = await serve((_request, _body, response) => void response.end('<html>hello</html>'));
  await expect(sendReport(client(url), 'secret', report)).rejects.toThrow(/is this the address of an Altmap/);
});

test('says why there was no answer', async () => {
  const url = await serve(() => {});
  for (const close of closers.splice(0)) await close();
  await expect(sendReport({ ...client(url), attempts: 1 }, 'secret', report)).rejects.toThrow(
    /no answer: .*ECONNREFUSED/,
  );
});

test('refuses to send what the report does not name', async () => {
  const url = await serve((_request, _body, response) =>
    json(response, 200, { state: 'incomplete', code: 'E_BLOBS_MISSING', missing: ['b'.repeat(64)] }),
  );
  await expect(sendReport(client(url), 'secret', report)).rejects.toThrow(/does not name/);
});

test('ends when the server never keeps what it is sent', async () => {
  const url = await serve((request, body, response) => {
    if (request.method === 'PUT') return json(response, 201, {});
    const { parts } = JSON.parse(body.toString()) as Manifest;
    json(response, 200, { state: 'incomplete', code: 'E_BLOBS_MISSING', missing: parts.map((part) => part.sha256) });
  });
  await expect(sendReport(client(url), 'secret', report)).rejects.toThrow(/still lacks/);
});

test('enrols a machine', async () => {
  const url = await serve((request, body, response) => {
    expect(request.url).toBe('/v1/hosts');
    expect(request.headers.authorization).toBe('Bearer enrolment');
    expect(JSON.parse(body.toString())).toEqual({ machine: 'a'.repeat(64), name: 'edge-1', labels: { site: 'bern' } });
    json(response, 201, { hostId: REPORT_ID, token: 'alta_x' });
  });
  const answer = await enrol(client(`${url}/`), 'enrolment', {
    machine: 'a'.repeat(64),
    name: 'edge-1',
    labels: { site: 'bern' },
  });
  expect(answer).toEqual({ hostId: REPORT_ID, token: 'alta_x' });
});
