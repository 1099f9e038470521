import { AltmapError, type ErrorCode } from '@altmap/protocol';

/** What Fastify and Nest call a failure of the request, by HTTP status. Their messages hold nothing of ours. */
const BY_STATUS: Readonly<Record<number, ErrorCode>> = {
  404: 'E_NOT_FOUND',
  405: 'E_METHOD_NOT_ALLOWED',
  408: 'E_REQUEST_TIMEOUT',
  413: 'E_BODY_TOO_LARGE',
  415: 'E_CONTENT_TYPE',
};

function statusOf(error: Error): number | null {
  const { statusCode, getStatus } = error as { statusCode?: unknown; getStatus?: unknown };
  const status: unknown = typeof getStatus === 'function' ? getStatus.call(error) : statusCode;
  return typeof status === 'number' ? status : null;
}

/** The one place that says what a failure is for the caller: anything unknown is a bug of ours, told without details. */
export function toAltmapError(error: unknown): AltmapError {
  if (error instanceof AltmapError) return error;
  const status = error instanceof Error ? statusOf(error) : null;
  if (error instanceof Error && status !== null && status >= 400 && status < 500) {
    return new AltmapError(BY_STATUS[status] ?? 'E_VALIDATION', error.message, {}, error);
  }
  return new AltmapError('E_INTERNAL', 'the request failed; the log says why, under its id', {}, error);
}
