import http from 'node:http';
import https from 'node:https';
import type { Socket } from 'node:net';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import type { ReportClientPorts } from '@altmap/protocol';

/** What went over the connections so far: payload bytes of TCP, for https before encryption. */
export interface Traffic {
  readonly requests: number;
  readonly connections: number;
  readonly bytesSent: number;
  readonly bytesReceived: number;
  /** Tries that were made again, and the time that was waited before them. */
  readonly retries: number;
  readonly waitedMs: number;
}

export interface Wire {
  /** What the report client takes from its surroundings. */
  readonly client: ReportClientPorts;
  traffic(): Traffic;
  close(): void;
}

const ANSWER_WITHIN_MS = 30_000;
const pack = promisify(gzip);

/** Connections that are kept alive, at most so many at a time, and counted. */
export function openWire(url: string, connections: number, sleep: (ms: number) => Promise<void>): Wire {
  const { protocol } = new URL(url);
  const { Agent, request } = protocol === 'https:' ? https : http;
  const agent = new Agent({ keepAlive: true, maxSockets: connections });
  const sockets = new Set<Socket>();
  let requests = 0;
  let retries = 0;
  let waitedMs = 0;

  const fetchKeptAlive: ReportClientPorts['fetch'] = (address, { method, headers, body }) =>
    new Promise((resolve, reject) => {
      const bytes = Buffer.from(body);
      const options = {
        method,
        agent,
        timeout: ANSWER_WITHIN_MS,
        headers: { ...headers, 'content-length': bytes.length },
      };
      const sent = request(address, options, (answer) => {
        const chunks: Buffer[] = [];
        answer.on('data', (chunk: Buffer) => chunks.push(chunk));
        answer.once('error', reject);
        answer.once('end', () => {
          const text = Buffer.concat(chunks).toString();
          const get = (name: string): string | null => {
            const value = answer.headers[name.toLowerCase()];
            return typeof value === 'string' ? value : (value?.[0] ?? null);
          };
          resolve({ status: answer.statusCode ?? 0, headers: { get }, text: async () => text });
        });
      });
      sent.once('socket', (socket) => sockets.add(socket));
      sent.once('timeout', () => sent.destroy(new Error(`no answer within ${ANSWER_WITHIN_MS / 1_000} s`)));
      sent.once('error', reject);
      sent.end(bytes);
      requests += 1;
    });

  return {
    client: {
      url,
      fetch: fetchKeptAlive,
      compress: async (bytes) => ({ encoding: 'gzip', body: await pack(bytes) }),
      sleep,
      onRetry: (_reason, milliseconds) => {
        retries += 1;
        waitedMs += milliseconds;
      },
    },
    traffic() {
      let bytesSent = 0;
      let bytesReceived = 0;
      for (const socket of sockets) {
        bytesSent += socket.bytesWritten;
        bytesReceived += socket.bytesRead;
      }
      return { requests, connections: sockets.size, bytesSent, bytesReceived, retries, waitedMs };
    },
    close: () => agent.destroy(),
  };
}
