import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { systemClock } from '@altmap/core';
import type { AlertNotice, ReceiverTarget } from '@altmap/protocol';
import { SMTPServer, type SMTPServerOptions } from 'smtp-server';
import { afterEach, expect, it } from 'vitest';
import { notice, resolved } from '../test/notice.ts';
import { sent } from '../test/sent.ts';
import { ReceiverNotifier, type ReceiverNotifierOptions } from './receiver-notifier.ts';

const cleanups: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0)) await cleanup();
});

interface Mail {
  readonly from: string;
  readonly to: readonly string[];
  readonly raw: string;
}

async function mailServer(options: SMTPServerOptions = {}): Promise<{ url: string; port: number; mails: Mail[] }> {
  const mails: Mail[] = [];
  const server = new SMTPServer({
    authOptional: true,
    disabledCommands: ['STARTTLS'],
    onData(stream, { envelope }, done) {
      text(stream).then((raw) => {
        const from = envelope.mailFrom === false ? '' : envelope.mailFrom.address;
        mails.push({ from, to: envelope.rcptTo.map(({ address }) => address), raw });
        done();
      }, done);
    },
    ...options,
  });
  server.on('error', () => {});
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  cleanups.push(() => new Promise((resolve) => server.close(resolve)));
  const { port } = server.server.address() as AddressInfo;
  return { url: `smtp://127.0.0.1:${port}`, port, mails };
}

type Email = Extract<ReceiverTarget, { kind: 'email' }>;
const target = (url: string, said: Partial<Email> = {}): Email => ({
  kind: 'email',
  url,
  from: 'altmap@example.org',
  to: ['ops@example.org', 'storage@example.org'],
  user: null,
  password: null,
  ...said,
});
const send = (to: Email, content: AlertNotice, options: Partial<ReceiverNotifierOptions> = {}) =>
  new ReceiverNotifier({ allow: ['127.0.0.1'], clock: systemClock, ...options }).send(sent(to, content));

it('a mail server gets the alert and then its end, as plain text and HTML', async () => {
  const { url, mails } = await mailServer();
  expect(await send(target(url), notice())).toMatchObject({ status: 250, error: null });
  expect(await send(target(url), resolved())).toMatchObject({ status: 250, error: null });
  expect(mails.map(({ from, to }) => [from, to])).toEqual(
    Array.from({ length: 2 }, () => ['altmap@example.org', ['ops@example.org', 'storage@example.org']]),
  );
  const [opened, ended] = mails.map(({ raw }) => raw);
  expect(opened).toMatch(/^Subject: \[critical\] host-1, kernel config:\s+CONFIG_UNSUPPORTED\r$/m);
  expect(ended).toMatch(/^Subject: \[resolved\] host-1, kernel config:\s+CONFIG_UNSUPPORTED\r$/m);
  expect(opened).toContain('Content-Type: text/plain');
  expect(opened).toContain('Content-Type: text/html');
  expect(opened?.replaceAll('=\r\n', '')).toContain('not set & <b>nothing</b> works');
  expect(opened?.replaceAll('=\r\n', '')).toContain('not set &amp; &lt;b&gt;nothing&lt;/b&gt; works');
});

it('a mail has the same id at every attempt, and its subject is one line whatever a host says', async () => {
  const { url, mails } = await mailServer();
  const [alert] = notice().alerts;
  if (alert === undefined) throw new Error('expected an alert');
  const evil = notice({ alerts: [{ ...alert, subject: 'x\r\nBcc: evil@example.org' }] });
  const notification = sent(target(url), evil);
  const notifier = new ReceiverNotifier({ allow: ['127.0.0.1'], clock: systemClock });
  await notifier.send(notification);
  await notifier.send(notification);
  for (const { raw, to } of mails) {
    expect(raw).toContain(`Message-ID: <${notification.id}@example.org>`);
    expect(raw.slice(0, raw.indexOf('\r\n\r\n'))).not.toMatch(/^Bcc:/im);
    expect(to).toHaveLength(2);
  }
  expect(mails).toHaveLength(2);
});

it('tells what the server said when it takes no mail', async () => {
  const refusing = await mailServer({
    onMailFrom: (_address, _session, done) => done(Object.assign(new Error('no room'), { responseCode: 452 })),
  });
  const attempt = await send(target(refusing.url), notice());
  expect(attempt.status).toBe(452);
  expect(attempt.error).toContain('no room');
});

it('sends no password where the connection cannot be encrypted', async () => {
  const seen: string[] = [];
  const { url, mails } = await mailServer({
    onAuth: ({ password }, _session, done) => {
      seen.push(String(password));
      done(null, { user: 'altmap' });
    },
  });
  const attempt = await send(target(url, { user: 'altmap', password: 'hunter2' }), notice());
  expect(attempt.error).toEqual(expect.any(String));
  expect(attempt.error).not.toContain('hunter2');
  expect([seen, mails]).toEqual([[], []]);
});

it('does not wait for ever', async () => {
  const { url } = await mailServer({ onConnect: () => {} });
  const attempt = await send(target(url), notice(), { timeoutMs: 300 });
  expect(attempt).toMatchObject({ status: null, error: 'no answer within 300 ms' });
});

it('reaches no private address, whatever the name resolves to later', async () => {
  const { port, mails } = await mailServer();
  const refused = await send(target(`smtp://mail.test:${port}`), notice(), {
    allow: [],
    resolve: async () => [{ address: '127.0.0.1', family: 4 }],
  });
  expect(refused).toMatchObject({ status: null, error: 'refused: 127.0.0.1 is loopback; see ALTMAP_WEBHOOK_ALLOW' });
  let asked = 0;
  const rebound = await send(target(`smtp://mail.test:${port}`), notice(), {
    resolve: async () => {
      asked += 1;
      return [{ address: asked === 1 ? '127.0.0.1' : '127.0.0.2', family: 4 }];
    },
  });
  expect(rebound).toMatchObject({ status: 250, error: null });
  expect([asked, mails.length]).toEqual([1, 1]);
});
