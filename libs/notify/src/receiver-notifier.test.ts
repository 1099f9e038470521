import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type NotificationToSend, systemClock } from '@altmap/core';
import { AlertWebhook } from '@altmap/protocol';
import { Webhook } from 'standardwebhooks';
import { afterEach, describe, expect, it } from 'vitest';
import { notice } from '../test/notice.ts';
import { sent } from '../test/sent.ts';
import { ReceiverNotifier, type ReceiverNotifierOptions } from './receiver-notifier.ts';

const SECRET = `whsec_${Buffer.from('twenty-four bytes secret').toString('base64')}`;

interface Taken {
  readonly method: string | undefined;
  readonly url: string | undefined;
  readonly headers: Record<string, string>;
  readonly body: string;
}

const cleanups: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0)) await cleanup();
});

type Answer = (response: ServerResponse, request: IncomingMessage) => void;

async function receiver(answer: Answer = (response) => response.end('ok')): Promise<{ port: number; taken: Taken[] }> {
  const taken: Taken[] = [];
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const { method, url } = request;
    taken.push({
      method,
      url,
      headers: request.headers as Record<string, string>,
      body: Buffer.concat(chunks).toString(),
    });
    answer(response, request);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  cleanups.push(
    () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  );
  return { port: (server.address() as AddressInfo).port, taken };
}

function notification(url: string, secrets = [SECRET]): NotificationToSend {
  return sent({ kind: 'webhook', url, secrets }, notice());
}

const local = (options: Partial<ReceiverNotifierOptions> = {}): ReceiverNotifier =>
  new ReceiverNotifier({ allow: ['127.0.0.0/8'], clock: systemClock, ...options });

describe('a delivery', () => {
  it('is signed, and says what the protocol says', async () => {
    const { port, taken } = await receiver();
    const sending = notification(`http://127.0.0.1:${port}/hook?team=storage`);
    const attempt = await local().send(sending);
    expect(attempt).toEqual({ at: expect.any(Date), latencyMs: expect.any(Number), status: 200, error: null });

    expect(taken).toHaveLength(1);
    const { method, url, headers, body } = taken[0] as Taken;
    expect([method, url, headers['content-type']]).toEqual(['POST', '/hook?team=storage', 'application/json']);
    expect(headers['webhook-id']).toBe(sending.id);
    const verified = new Webhook(SECRET).verify(body, headers);
    expect(AlertWebhook.parse(verified)).toEqual({
      type: 'alerts.firing',
      timestamp: '2026-11-20T10:00:00.000Z',
      data: sending.content,
    });
    expect(() => new Webhook(SECRET).verify(`${body} `, headers)).toThrow();
  });

  it('is signed with both secrets while one replaces the other', async () => {
    const next = `whsec_${Buffer.from('another secret of bytes!').toString('base64')}`;
    const { port, taken } = await receiver();
    await local().send(notification(`http://127.0.0.1:${port}/`, [SECRET, next]));
    const { body, headers } = taken[0] as Taken;
    for (const secret of [SECRET, next]) expect(() => new Webhook(secret).verify(body, headers)).not.toThrow();
    const other = `whsec_${Buffer.from('a secret of nobody at all').toString('base64')}`;
    expect(() => new Webhook(other).verify(body, headers)).toThrow();
  });

  it.each([
    [204, null],
    [301, 'answered 301, and redirects are not followed'],
    [404, 'answered 404'],
    [500, 'answered 500'],
  ])('that is answered with %i gives %j', async (status, error) => {
    const elsewhere = await receiver();
    const { port } = await receiver((response) =>
      response.writeHead(status, { location: `http://127.0.0.1:${elsewhere.port}/` }).end(),
    );
    expect(await local().send(notification(`http://127.0.0.1:${port}/`))).toMatchObject({ status, error });
    expect(elsewhere.taken).toEqual([]);
  });

  it('does not wait for ever', async () => {
    const { port } = await receiver(() => {});
    const attempt = await local({ timeoutMs: 200 }).send(notification(`http://127.0.0.1:${port}/`));
    expect(attempt).toMatchObject({ status: null, error: 'no answer within 200 ms' });
  });

  it('does not wait for ever for a name either', async () => {
    const notifier = local({ timeoutMs: 200, resolve: () => new Promise(() => {}) });
    const attempt = await notifier.send(notification('http://receiver.test/'));
    expect(attempt).toMatchObject({ status: null, error: 'no answer within 200 ms' });
  });

  it('does not read an answer that has no end', async () => {
    let written = 0;
    let gone: (() => void) | undefined;
    const dropped = new Promise<void>((resolve) => {
      gone = resolve;
    });
    const { port } = await receiver((response) => {
      response.once('close', () => gone?.());
      const write = (): void => {
        if (response.destroyed) return;
        written += 65_536;
        if (response.write(Buffer.alloc(65_536))) setImmediate(write);
        else response.once('drain', write);
      };
      write();
    });
    const attempt = await local().send(notification(`http://127.0.0.1:${port}/`));
    expect(attempt).toMatchObject({ status: 200, error: null });
    await dropped;
    expect(written).toBeLessThan(64 * 1024 * 1024);
  });

  it('takes a status for an answer, though the body drips', async () => {
    const { port } = await receiver((response) => response.writeHead(200).write('x'));
    const attempt = await local({ timeoutMs: 300 }).send(notification(`http://127.0.0.1:${port}/`));
    expect(attempt).toMatchObject({ status: 200, error: null });
  });

  it('reports what cannot be delivered, and does not throw', async () => {
    const { port } = await receiver();
    const errors = async (url: string, secrets?: string[]): Promise<unknown> =>
      (await local().send(notification(url, secrets))).error;
    expect(await errors('http://127.0.0.1:1/very-secret')).toBe('connect ECONNREFUSED 127.0.0.1:1');
    expect(await errors('not a url')).toContain('expected http://');
    expect(await errors('file:///etc/passwd')).toContain('expected http://');
    expect(await errors('gopher://127.0.0.1/')).toContain('expected http://');
    expect(await errors(`https://127.0.0.1:${port}/`)).toEqual(expect.any(String));
    expect(await errors('http://no-such-name.invalid/very-secret')).not.toContain('very-secret');
    expect(await errors(`http://127.0.0.1:${port}/`, [''])).toEqual(expect.any(String));
  });
});

describe('addresses that are not public', () => {
  const strict = (resolve?: ReceiverNotifierOptions['resolve']): ReceiverNotifier =>
    new ReceiverNotifier({ allow: [], clock: systemClock, ...(resolve === undefined ? {} : { resolve }) });

  it.each(['127.0.0.1', 'localhost', '[::ffff:127.0.0.1]', '2130706433', '0x7f.1', '0'])(
    'are not reached as %s',
    async (host) => {
      const { port, taken } = await receiver();
      const attempt = await strict().send(notification(`http://${host}:${port}/`));
      expect(attempt.status).toBeNull();
      expect(attempt.error).toMatch(/^refused: .* is (loopback|unspecified)/);
      expect(taken).toEqual([]);
    },
  );

  it('are not reached by a name', async () => {
    const { port, taken } = await receiver();
    const attempt = await strict(async () => [{ address: '127.0.0.1', family: 4 }]).send(
      notification(`http://receiver.test:${port}/`),
    );
    expect(attempt.error).toBe('refused: 127.0.0.1 is loopback; see ALTMAP_WEBHOOK_ALLOW');
    expect(taken).toEqual([]);
  });

  it('are not reached by a name that changes its address after the check', async () => {
    const { port, taken } = await receiver();
    let asked = 0;
    const rebinding: ReceiverNotifierOptions['resolve'] = async () => {
      asked += 1;
      return [{ address: asked === 1 ? '127.0.0.1' : '127.0.0.2', family: 4 }];
    };
    const notifier = new ReceiverNotifier({ allow: ['127.0.0.1'], clock: systemClock, resolve: rebinding });
    const attempt = await notifier.send(notification(`http://receiver.test:${port}/`));
    expect(attempt).toMatchObject({ status: 200, error: null });
    expect(asked).toBe(1);
    expect(taken[0]?.headers['host']).toBe(`receiver.test:${port}`);
  });

  it('are left out when a name has others beside them', async () => {
    const { port, taken } = await receiver();
    const notifier = new ReceiverNotifier({
      allow: ['127.0.0.1'],
      clock: systemClock,
      resolve: async () => [
        { address: '127.0.0.2', family: 4 },
        { address: '127.0.0.1', family: 4 },
      ],
    });
    expect(await notifier.send(notification(`http://receiver.test:${port}/`))).toMatchObject({ status: 200 });
    expect(taken).toHaveLength(1);
  });
});
