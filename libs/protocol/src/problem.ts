import { z } from 'zod';
import { type AltmapError, ERROR_CODES, type ErrorCode } from './error-code.ts';

/** RFC 9457 problem details, with our error code and any extra members that the code documents. */
export const Problem = z
  .looseObject({
    type: z.string().describe('urn:altmap:error:CODE; the codes are documented in docs/errors.md'),
    title: z.string(),
    status: z.int(),
    detail: z.string(),
    code: z.enum(Object.keys(ERROR_CODES) as [ErrorCode, ...ErrorCode[]]),
  })
  .meta({ id: 'Problem' });
export type Problem = z.infer<typeof Problem>;

export function problemOf(error: AltmapError): Problem {
  const { status, title } = ERROR_CODES[error.code];
  return {
    type: `urn:altmap:error:${error.code}`,
    title,
    status,
    detail: error.message,
    code: error.code,
    ...error.extra,
  };
}
