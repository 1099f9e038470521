import type { Socket } from 'node:net';
import { STATUS_CODES } from 'node:http';
import { AltmapError, type ErrorCode, problemOf } from '@altmap/protocol';

const REASONS: Readonly<Record<string, readonly [ErrorCode, string]>> = {
  ERR_HTTP_REQUEST_TIMEOUT: ['E_REQUEST_TIMEOUT', 'the request was not sent in time'],
  HPE_HEADER_OVERFLOW: ['E_VALIDATION', 'the address or the headers are longer than 16 KiB'],
};

/** For what is not HTTP, too long in its head or too slow: answered on the socket, before there is any request. */
export function refuseConnection(error: Error & { code?: string }, socket: Socket): void {
  if (error.code === 'ECONNRESET' || socket.destroyed) return;
  const [code, detail] = REASONS[error.code ?? ''] ?? (['E_VALIDATION', 'expected an HTTP/1.1 request'] as const);
  const problem = problemOf(new AltmapError(code, detail));
  const body = JSON.stringify(problem);
  if (socket.writable) {
    const head = [
      `HTTP/1.1 ${problem.status} ${STATUS_CODES[problem.status] ?? ''}`,
      'content-type: application/problem+json; charset=utf-8',
      `content-length: ${Buffer.byteLength(body)}`,
      'connection: close',
    ];
    socket.write(`${head.join('\r\n')}\r\n\r\n${body}`);
  }
  socket.destroySoon();
}
