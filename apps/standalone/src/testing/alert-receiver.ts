import { createHmac } from 'node:crypto';
import { EventEmitter, once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { AlertWebhook } from '@altmap/protocol';

/** How a receiver treats one request. */
export interface Manners {
  /** Before it takes the message, in milliseconds. */
  readonly takesAfterMs: number;
  /** Between taking the message and answering, in milliseconds. */
  readonly answersAfterMs: number;
  /** Ends the connection instead of answering, although it took the message. */
  readonly hangsUp: boolean;
}

const PROMPT: Manners = { takesAfterMs: 0, answersAfterMs: 0, hangsUp: false };

/** What happens to each request, in this order. */
export type Moment = 'arrived' | 'taken' | 'answered';

/** A webhook receiver that checks signatures and honours ids, as docs/alerts.md asks of one. */
export class AlertReceiver {
  /** What it believes to be firing: finding ids. */
  readonly firing = new Set<string>();
  messages = 0;
  /** Messages that came again under an id that was there before: their sender did not hear, or could not note, the answer. */
  resent = 0;
  /** Those of them that had been answered. */
  resentAfterAnswer = 0;
  /** Told twice in a row that the same finding fires, or that it does not, under different ids. */
  repeats = 0;
  /** Messages that are not the next one of their group. */
  outOfOrder = 0;
  /** Requests that are not answered yet. */
  underWay = 0;
  /** Requests whose sender was gone before they were answered. */
  cutOff = 0;
  /** What was last told of a finding of this host, by the host's name. */
  readonly lastTold = new Map<string, 'firing' | 'resolved'>();
  /** When each finding was first heard of, by its host's name. */
  readonly heardAt = new Map<string, number>();
  readonly #taken = new Set<string>();
  readonly #answered = new Set<string>();
  readonly #sequences = new Map<string, number>();
  readonly #moments = new EventEmitter();
  readonly #secret: string;
  readonly #manners: () => Manners;
  readonly #server = createServer((request, response) => {
    this.#serve(request, response).catch(() => response.destroy());
  });

  constructor(secret: string, manners: () => Manners = () => PROMPT) {
    this.#secret = secret;
    this.#manners = manners;
  }

  async listen(): Promise<string> {
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve));
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}/`;
  }

  /** Returns the next time that this happens to a request. */
  async next(moment: Moment): Promise<void> {
    await once(this.#moments, moment);
  }

  close(): Promise<void> {
    return new Promise((resolve) => {
      this.#server.close(() => resolve());
      this.#server.closeAllConnections();
    });
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { takesAfterMs, answersAfterMs, hangsUp } = this.#manners();
    let isOurDoing = false;
    this.underWay += 1;
    response.once('close', () => {
      this.underWay -= 1;
      if (!response.writableFinished && !isOurDoing) this.cutOff += 1;
    });
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const body = Buffer.concat(chunks).toString();
    const { 'webhook-id': id, 'webhook-timestamp': at, 'webhook-signature': signature } = request.headers;
    const key = Buffer.from(this.#secret.replace(/^whsec_/, ''), 'base64');
    const expected = `v1,${createHmac('sha256', key).update(`${id}.${at}.${body}`).digest('base64')}`;
    if (signature !== expected) return void response.writeHead(401).end();
    this.#moments.emit('arrived');
    await sleep(takesAfterMs);
    this.#take(String(id), AlertWebhook.parse(JSON.parse(body)));
    this.#moments.emit('taken');
    await sleep(answersAfterMs);
    isOurDoing = hangsUp;
    if (hangsUp) return void response.destroy();
    response.once('finish', () => {
      this.#answered.add(String(id));
      this.#moments.emit('answered');
    });
    response.writeHead(204).end();
  }

  #take(id: string, { data }: AlertWebhook): void {
    if (this.#taken.has(id)) {
      this.resent += 1;
      if (this.#answered.has(id)) this.resentAfterAnswer += 1;
      return;
    }
    this.#taken.add(id);
    this.messages += 1;
    const { group, sequence } = data;
    if (sequence !== (this.#sequences.get(group.id) ?? 0) + 1) this.outOfOrder += 1;
    this.#sequences.set(group.id, sequence);
    for (const { findingId, status, host } of data.alerts) {
      if (this.firing.has(findingId) === (status === 'firing')) this.repeats += 1;
      if (status === 'firing') this.firing.add(findingId);
      else this.firing.delete(findingId);
      this.lastTold.set(host.name, status);
      if (!this.heardAt.has(host.name)) this.heardAt.set(host.name, performance.now());
    }
  }
}
