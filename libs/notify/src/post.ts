import type { LookupAddress } from 'node:dns';
import { type ClientRequest, type IncomingMessage, request as requestHttp } from 'node:http';
import { request as requestHttps } from 'node:https';
import type { LookupFunction } from 'node:net';

/** What is read of an answer before the connection is dropped: enough for any receiver's good-bye. Bytes. */
const MOST_ANSWER_BYTES = 4 * 1024;

export interface Post {
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  /** The only addresses that are connected to, whatever the name in the URL resolves to by now. */
  readonly addresses: readonly LookupAddress[];
  readonly signal: AbortSignal;
}

async function discard(response: IncomingMessage): Promise<void> {
  let bytes = 0;
  try {
    for await (const chunk of response) {
      bytes += (chunk as Buffer).length;
      if (bytes >= MOST_ANSWER_BYTES) break;
    }
  } catch {
    // The status has been said: a body that breaks off changes nothing.
  }
}

/** One POST on a connection of its own. Redirects are not followed. Gives the status of the answer. */
export async function post({ url, headers, body, addresses, signal }: Post): Promise<number> {
  const lookup: LookupFunction = (_name, { all }, done) => {
    if (all === true) done(null, [...addresses]);
    else done(null, addresses[0]?.address ?? '', addresses[0]?.family);
  };
  const bytes = Buffer.from(body);
  const response = await new Promise<IncomingMessage>((resolve, reject) => {
    const request: ClientRequest = (url.protocol === 'https:' ? requestHttps : requestHttp)(url, {
      method: 'POST',
      agent: false,
      lookup,
      signal,
      headers: { ...headers, 'content-length': bytes.length },
    });
    request.once('response', resolve);
    request.on('error', reject);
    request.end(bytes);
  });
  await discard(response);
  response.destroy();
  return response.statusCode ?? 0;
}
