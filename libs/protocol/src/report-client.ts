import type { z } from 'zod';
import {
  type Enrolment,
  EnrolmentAnswer,
  type Manifest,
  type Part,
  type PartKind,
  ReportAnswer,
  type Sha256,
} from './manifest.ts';
import { Problem } from './problem.ts';

/** Web Crypto, a global of browsers and of Node alike. */
declare const crypto: { readonly subtle: { digest(name: 'SHA-256', data: Uint8Array): Promise<ArrayBuffer> } };

export interface ClientResponse {
  readonly status: number;
  readonly headers: { get(name: string): string | null };
  text(): Promise<string>;
}

/** What the client takes from its surroundings. */
export interface ReportClientPorts {
  /** Base address of the server, e.g. https://altmap.example:8080 */
  readonly url: string;
  /** `fetch`, with a time limit of the caller's choice. */
  readonly fetch: (
    url: string,
    init: {
      readonly method: string;
      readonly headers: Readonly<Record<string, string>>;
      readonly body: string | Uint8Array<ArrayBuffer>;
    },
  ) => Promise<ClientResponse>;
  readonly compress: (bytes: Uint8Array) => Promise<{ encoding: 'gzip' | 'zstd'; body: Uint8Array }>;
  readonly sleep: (milliseconds: number) => Promise<void>;
  /** From 0 to 1; Math.random when not given. */
  readonly random?: () => number;
  /** Tries of one request before it is given up; 6 when not given. */
  readonly attempts?: number;
  /** Told before each wait. */
  readonly onRetry?: (reason: string, milliseconds: number) => void;
}

/** A request that failed for good. `status` is null where no answer came; `problem` is what the server said, if it said it. */
export class ReportClientError extends Error {
  readonly status: number | null;
  readonly problem: Problem | null;

  constructor(message: string, status: number | null, problem: Problem | null, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.name = 'ReportClientError';
    this.status = status;
    this.problem = problem;
  }
}

/** What one host says, with its evidence unpacked. */
export interface HostReport {
  /** SHA-256 (hex) of the machine-id. */
  readonly machine: string;
  readonly collectedAt: string;
  readonly release: string;
  readonly pageSize: Manifest['pageSize'];
  readonly parts: ReadonlyMap<PartKind, Uint8Array>;
  readonly absent: Manifest['absent'];
}

export interface SentReport {
  readonly state: 'accepted' | 'unchanged';
  readonly reportId: string;
  /** Kinds of the parts that the server did not have. */
  readonly uploaded: readonly PartKind[];
  /** Compressed bytes of those. */
  readonly uploadedBytes: number;
}

/** Worth another try: too many requests, or the server's side is not well. */
const RETRIED = new Set([408, 425, 429, 500, 502, 503, 504]);
const FIRST_WAIT_MS = 500;
const LONGEST_WAIT_MS = 60_000;
/** A blob may vanish between its PUT and the manifest's POST (a clean-up, a restored backup): then it is sent again. */
const ROUNDS = 3;

/** SHA-256 as lower-case hexadecimal digits. */
export async function sha256Hex(bytes: Uint8Array): Promise<z.infer<typeof Sha256>> {
  const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', bytes));
  return Array.from(digest, (byte) => byte.toString(16).padStart(2, '0')).join('');
}

/**
 * Introduces a machine and returns its own token. Tokens that it was given before are no longer good.
 * @throws ReportClientError
 */
export async function enrol(
  client: ReportClientPorts,
  enrolToken: string,
  enrolment: Enrolment,
): Promise<EnrolmentAnswer> {
  const body = JSON.stringify(enrolment);
  return answerOf(EnrolmentAnswer, await send(client, 'POST', '/v1/hosts', enrolToken, json, body));
}

/**
 * Sends a report: the manifest, then only those parts that the server lacks, then the manifest again.
 * @throws ReportClientError
 */
export async function sendReport(client: ReportClientPorts, token: string, report: HostReport): Promise<SentReport> {
  const { parts: contents, ...said } = report;
  const parts: Part[] = [];
  const bySha256 = new Map<string, { kind: PartKind; bytes: Uint8Array }>();
  for (const [kind, bytes] of contents) {
    const sha256 = await sha256Hex(bytes);
    parts.push({ kind, sha256, bytes: bytes.length });
    bySha256.set(sha256, { kind, bytes });
  }
  const body = JSON.stringify({ version: 1, ...said, parts } satisfies Manifest);
  const uploaded: PartKind[] = [];
  let uploadedBytes = 0;
  for (let round = 0; round < ROUNDS; round++) {
    const answer = answerOf(ReportAnswer, await send(client, 'POST', '/v1/reports', token, json, body));
    if (answer.state !== 'incomplete') return { ...answer, uploaded, uploadedBytes };
    for (const sha256 of answer.missing) {
      const part = bySha256.get(sha256);
      if (part === undefined) {
        throw new ReportClientError(`the server asks for ${sha256}, which this report does not name`, 200, null);
      }
      const packed = await client.compress(part.bytes);
      const headers = { 'content-type': 'application/octet-stream', 'content-encoding': packed.encoding };
      await send(client, 'PUT', `/v1/blobs/sha256:${sha256}`, token, headers, new Uint8Array(packed.body));
      uploaded.push(part.kind);
      uploadedBytes += packed.body.length;
    }
  }
  throw new ReportClientError(`the server still lacks parts that were sent ${ROUNDS} times`, 200, null);
}

const json = { 'content-type': 'application/json' };

async function send(
  client: ReportClientPorts,
  method: string,
  path: string,
  token: string,
  headers: Readonly<Record<string, string>>,
  body: string | Uint8Array<ArrayBuffer>,
): Promise<string> {
  const attempts = client.attempts ?? 6;
  const url = client.url.replace(/\/+$/, '') + path;
  for (let attempt = 1; ; attempt++) {
    let failure: ReportClientError;
    let retryAfter: number | null = null;
    try {
      const response = await client.fetch(url, {
        method,
        headers: { ...headers, accept: 'application/json', authorization: `Bearer ${token}` },
        body,
      });
      const text = await response.text();
      if (response.status >= 200 && response.status < 300) return text;
      failure = failureOf(method, url, response.status, text);
      if (!RETRIED.has(response.status)) throw failure;
      retryAfter = retryAfterMs(response.headers.get('retry-after'));
    } catch (error) {
      if (error instanceof ReportClientError) throw error;
      failure = new ReportClientError(`${method} ${url}: no answer: ${reasonOf(error)}`, null, null, error);
    }
    if (attempt >= attempts) throw failure;
    const wait = retryAfter ?? backoffMs(attempt, client.random ?? Math.random);
    client.onRetry?.(failure.message, wait);
    await client.sleep(wait);
  }
}

/** Doubles with each attempt; the upper half is random, so that a fleet does not come back all at once. */
function backoffMs(attempt: number, random: () => number): number {
  const longest = Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** (attempt - 1));
  return Math.round(longest / 2 + (longest / 2) * random());
}

/** Seconds or an HTTP date; null where the header is absent or neither. Never more than the longest wait. */
function retryAfterMs(header: string | null): number | null {
  if (header === null) return null;
  const wait = /^\d+$/.test(header) ? Number(header) * 1_000 : Date.parse(header) - Date.now();
  return Number.isNaN(wait) ? null : Math.min(LONGEST_WAIT_MS, Math.max(0, wait));
}

function failureOf(method: string, url: string, status: number, text: string): ReportClientError {
  const parsed = Problem.safeParse(jsonOf(text));
  if (!parsed.success) return new ReportClientError(`${method} ${url}: HTTP ${status}`, status, null);
  const { code, title, detail } = parsed.data;
  return new ReportClientError(`${method} ${url}: ${code}: ${title}: ${detail}`, status, parsed.data);
}

function answerOf<T>(schema: z.ZodType<T>, text: string): T {
  const parsed = schema.safeParse(jsonOf(text));
  if (parsed.success) return parsed.data;
  throw new ReportClientError('the answer is not one of this protocol: is this the address of an Altmap?', 200, null);
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** fetch hides why a connection failed in the cause of its error. */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const { cause } = error;
  if (!(cause instanceof Error)) return error.message;
  const code = 'code' in cause && typeof cause.code === 'string' ? cause.code : '';
  return cause.message || code || error.message;
}
