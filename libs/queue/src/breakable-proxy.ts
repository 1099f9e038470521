import { connect, createServer, type Server, type Socket } from 'node:net';

/** For tests: a TCP proxy in front of a server, to take the server away from its clients without losing its data. */
export interface BreakableProxy {
  /** The server's URL, by way of the proxy. */
  readonly url: string;
  /** Ends all connections and refuses new ones. */
  cut(): Promise<void>;
  /** Ends all connections, and every new one as soon as it is made, as a server does that starts or is full. */
  hangUp(): void;
  /** Keeps all connections but passes nothing on. */
  freeze(): void;
  /** Everything goes on; connections that were cut must be made anew. */
  mend(): Promise<void>;
  close(): Promise<void>;
}

export async function startBreakableProxy(serverUrl: string): Promise<BreakableProxy> {
  const target = new URL(serverUrl);
  const sockets = new Set<Socket>();
  let frozen = false;
  let hangingUp = false;
  const server: Server = createServer((client) => {
    if (hangingUp) {
      client.destroy();
      return;
    }
    const upstream = connect(Number(target.port), target.hostname);
    for (const [from, to] of [
      [client, upstream],
      [upstream, client],
    ] as const) {
      sockets.add(from);
      from.on('data', (chunk) => to.write(chunk));
      from.on('error', () => to.destroy());
      from.on('close', () => {
        sockets.delete(from);
        to.destroy();
      });
      if (frozen) from.pause();
    }
  });
  const listen = (port: number): Promise<void> =>
    new Promise((resolve, reject) => {
      server.once('error', reject);
      server.listen(port, '127.0.0.1', resolve);
    });
  await listen(0);
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('expected a TCP address');
  const url = new URL(serverUrl);
  url.hostname = '127.0.0.1';
  url.port = String(address.port);

  const cut = async (): Promise<void> => {
    const closed = new Promise<void>((resolve) => server.close(() => resolve()));
    for (const socket of sockets) socket.destroy();
    await closed;
  };
  return {
    url: url.href,
    cut,
    hangUp() {
      hangingUp = true;
      for (const socket of sockets) socket.destroy();
    },
    freeze() {
      frozen = true;
      for (const socket of sockets) socket.pause();
    },
    async mend() {
      frozen = false;
      hangingUp = false;
      for (const socket of sockets) socket.resume();
      if (!server.listening) await listen(address.port);
    },
    close: async () => {
      if (server.listening) await cut();
    },
  };
}
