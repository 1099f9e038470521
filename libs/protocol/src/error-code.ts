/**
 * The closed list of error codes that cross a wire. `kind` tells the three sorts of failure apart once:
 * `user` (the request is wrong: change it), `operational` (the system cannot now: try again), `bug` (ours).
 */
export const ERROR_CODES = {
  E_VALIDATION: { status: 400, kind: 'user', title: 'The request does not have the documented form' },
  E_BAD_CURSOR: { status: 400, kind: 'user', title: 'The cursor was not made by this API' },
  E_UNAUTHENTICATED: { status: 401, kind: 'user', title: 'A valid bearer token is needed' },
  E_FORBIDDEN: { status: 403, kind: 'user', title: 'The token does not have the scope that this needs' },
  E_HOST_MISMATCH: { status: 403, kind: 'user', title: 'The token belongs to another host' },
  E_NOT_FOUND: { status: 404, kind: 'user', title: 'There is nothing here' },
  E_BLOBS_MISSING: { status: 200, kind: 'user', title: 'The manifest names blobs that the server does not have' },
  E_METHOD_NOT_ALLOWED: { status: 405, kind: 'user', title: 'This address does not take this method' },
  E_REQUEST_TIMEOUT: { status: 408, kind: 'user', title: 'The request did not arrive in time' },
  E_CONFLICT: { status: 409, kind: 'user', title: 'The request contradicts what is stored' },
  E_BODY_TOO_LARGE: { status: 413, kind: 'user', title: 'The body is larger than the limit' },
  E_UNPACKED_TOO_LARGE: { status: 413, kind: 'user', title: 'The body unpacks to more than the limit' },
  E_CONTENT_TYPE: { status: 415, kind: 'user', title: 'The content type or encoding is not supported' },
  E_DIGEST_MISMATCH: { status: 422, kind: 'user', title: 'The content does not have the digest in its address' },
  E_BAD_ENCODING: { status: 422, kind: 'user', title: 'The compressed body is damaged or cut short' },
  E_ARCHIVE_FORMAT: { status: 422, kind: 'user', title: 'The content is no archive of one host that can be read' },
  E_ARCHIVE_PATH: { status: 422, kind: 'user', title: 'The archive names a member that no honest archive names' },
  E_ARCHIVE_NESTED: { status: 422, kind: 'user', title: 'The archive holds archives, which are not opened' },
  E_ARCHIVE_EMPTY: { status: 422, kind: 'user', title: 'The archive holds nothing that tells of device memory' },
  E_ARCHIVE_ENTRIES: { status: 413, kind: 'user', title: 'The archive has more members than the limit' },
  E_ARCHIVE_RATIO: { status: 413, kind: 'user', title: 'The archive is packed more tightly than any honest one' },
  E_RATE_LIMITED: { status: 429, kind: 'user', title: 'Too many requests' },
  E_QUERY_TOO_DEEP: { status: 400, kind: 'user', title: 'The query is nested deeper than the limit' },
  E_QUERY_TOO_COSTLY: { status: 400, kind: 'user', title: 'The query costs more than the limit' },
  E_UNAVAILABLE: { status: 503, kind: 'operational', title: 'A part of the system does not answer' },
  E_INTERNAL: { status: 500, kind: 'bug', title: 'Something went wrong on our side' },
} as const satisfies Record<string, { status: number; kind: 'user' | 'operational' | 'bug'; title: string }>;

export type ErrorCode = keyof typeof ERROR_CODES;

/** An error whose code and detail may be shown to the caller. `detail` names what was expected; never a secret. */
export class AltmapError extends Error {
  readonly code: ErrorCode;
  readonly extra: Readonly<Record<string, unknown>>;

  constructor(code: ErrorCode, detail: string, extra: Readonly<Record<string, unknown>> = {}, cause?: unknown) {
    super(detail, cause === undefined ? undefined : { cause });
    this.name = 'AltmapError';
    this.code = code;
    this.extra = extra;
  }

  get status(): number {
    return ERROR_CODES[this.code].status;
  }
}
