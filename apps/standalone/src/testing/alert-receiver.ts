import { createHmac } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { AlertWebhook } from '@altmap/protocol';

/** A webhook receiver that checks signatures and honours ids, as docs/alerts.md asks of one. */
export class AlertReceiver {
  /** What it believes to be firing: finding ids. */
  readonly firing = new Set<string>();
  /** Told twice in a row that the same finding fires, or that it does not. */
  repeats = 0;
  /** Messages that came again under an id that was there before: sent by a worker that was killed before it could note it. */
  resent = 0;
  messages = 0;
  /** When each finding was first heard of, by its host's name. */
  readonly heardAt = new Map<string, number>();
  readonly #ids = new Set<string>();
  readonly #secret: string;
  readonly #server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const body = Buffer.concat(chunks).toString();
    const { 'webhook-id': id, 'webhook-timestamp': at, 'webhook-signature': signature } = request.headers;
    const key = Buffer.from(this.#secret.replace(/^whsec_/, ''), 'base64');
    const expected = `v1,${createHmac('sha256', key).update(`${id}.${at}.${body}`).digest('base64')}`;
    if (signature !== expected) return void response.writeHead(401).end();
    this.#take(String(id), AlertWebhook.parse(JSON.parse(body)));
    response.writeHead(204).end();
  });

  constructor(secret: string) {
    this.#secret = secret;
  }

  async listen(): Promise<string> {
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve));
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}/`;
  }

  close(): Promise<void> {
    return new Promise((resolve) => {
      this.#server.close(() => resolve());
      this.#server.closeAllConnections();
    });
  }

  #take(id: string, { data }: AlertWebhook): void {
    if (this.#ids.has(id)) {
      this.resent += 1;
      return;
    }
    this.#ids.add(id);
    this.messages += 1;
    for (const { findingId, status, host } of data.alerts) {
      if (this.firing.has(findingId) === (status === 'firing')) this.repeats += 1;
      if (status === 'firing') this.firing.add(findingId);
      else this.firing.delete(findingId);
      if (!this.heardAt.has(host.name)) this.heardAt.set(host.name, performance.now());
    }
  }
}
