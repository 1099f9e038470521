import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import type { AddressInfo } from 'node:net';

export interface SeenRequest {
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
  /** Of the answer. */
  status: number;
}

/** What the gate does with the next request instead of handing it on. */
export type Refusal =
  | 'hang up'
  | {
      readonly status: number;
      readonly headers?: Readonly<Record<string, string>>;
      readonly body?: string;
    };

/** A certificate and its key, both PEM. */
export interface Identity {
  readonly cert: string;
  readonly key: string;
}

/** Stands before a server, sees every request, and can refuse some as an overloaded server or a proxy would. */
export class Gate {
  readonly seen: SeenRequest[] = [];
  /** For the next requests, one each. */
  readonly refusals: Refusal[] = [];
  readonly #behind: string;
  readonly #server: Server;
  readonly #scheme: 'http' | 'https';

  private constructor(behind: string, identity: Identity | null) {
    const pass = (request: IncomingMessage, response: ServerResponse): void => void this.#pass(request, response);
    this.#behind = behind;
    this.#scheme = identity === null ? 'http' : 'https';
    this.#server = identity === null ? createServer(pass) : createSecureServer(identity, pass);
  }

  static async open(behind: string, identity: Identity | null = null): Promise<Gate> {
    const gate = new Gate(behind, identity);
    await new Promise<void>((resolve) => gate.#server.listen(0, '127.0.0.1', resolve));
    return gate;
  }

  get url(): string {
    return `${this.#scheme}://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** What was seen since the last time. */
  takeSeen(): SeenRequest[] {
    return this.seen.splice(0);
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  async #pass(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const body = Buffer.concat(chunks);
    const { method = '', url: path = '' } = request;
    const headers = Object.fromEntries(Object.entries(request.headers).map(([name, value]) => [name, String(value)]));
    const seen: SeenRequest = { method, path, headers, body, status: 0 };
    this.seen.push(seen);
    const refusal = this.refusals.shift();
    if (refusal === 'hang up') {
      request.socket.destroy();
      return;
    }
    if (refusal !== undefined) {
      seen.status = refusal.status;
      response.writeHead(refusal.status, refusal.headers ?? {}).end(refusal.body ?? '');
      return;
    }
    const { host: _host, connection: _connection, 'content-length': _length, ...rest } = headers;
    const answer = await fetch(this.#behind + path, { method, headers: rest, body });
    const text = await answer.text();
    seen.status = answer.status;
    response.writeHead(answer.status, { 'content-type': answer.headers.get('content-type') ?? '' }).end(text);
  }
}
