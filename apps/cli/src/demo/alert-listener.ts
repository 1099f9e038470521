import { createServer } from 'node:http';
import { AlertWebhook } from '@altmap/protocol';
import { Webhook } from 'standardwebhooks';

/** A receiver as a user would write one: it takes alerts on loopback and believes only those that are signed. */
export interface AlertListener {
  readonly url: string;
  readonly received: readonly AlertWebhook[];
  close(): Promise<void>;
}

const MAX_BYTES = 1024 * 1024;

/** `secret` is asked at each request: the receiver is registered (and gets its secret) after the listener has its port. */
export async function startAlertListener(secret: () => string): Promise<AlertListener> {
  const received: AlertWebhook[] = [];
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    let bytes = 0;
    for await (const chunk of request as AsyncIterable<Buffer>) {
      bytes += chunk.length;
      if (bytes > MAX_BYTES) return void response.writeHead(413).end();
      chunks.push(chunk);
    }
    try {
      const headers = Object.fromEntries(Object.entries(request.headers).map(([name, value]) => [name, String(value)]));
      received.push(AlertWebhook.parse(new Webhook(secret()).verify(Buffer.concat(chunks).toString(), headers)));
      response.writeHead(204).end();
    } catch {
      response.writeHead(401).end();
    }
  });
  await new Promise<void>((listening, fail) => server.once('error', fail).listen(0, '127.0.0.1', listening));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the alert listener has no port');
  return {
    url: `http://127.0.0.1:${address.port}/alerts`,
    received,
    close: () => new Promise((closed) => server.close(() => closed())),
  };
}
