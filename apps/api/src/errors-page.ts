import { ERROR_CODES } from '@altmap/protocol';

const KINDS = {
  user: 'The request is wrong: change it.',
  operational: 'The system cannot now: try again later.',
  bug: 'Ours: tell us, with the requestId.',
} as const;

/** docs/errors.md: every error code there is. */
export function errorsPage(): string {
  const rows = Object.entries(ERROR_CODES).map(
    ([code, { status, kind, title }]) => `| \`${code}\` | ${status} | ${kind} | ${title} |`,
  );
  return `# Error codes

Written by \`npx vitest run apps/api/src/generated.test.ts -u\` from libs/protocol/src/error-code.ts; do not edit.

HTTP errors are \`application/problem+json\` (RFC 9457): \`type\` (\`urn:altmap:error:CODE\`), \`title\`, \`status\`, \`detail\` (what was
expected), \`code\`, \`requestId\` (find it in the log), and what the code brings along: \`issues\` (path and message of each wrong
member) with E_VALIDATION, \`allow\` with E_METHOD_NOT_ALLOWED, \`retryAfter\` in seconds with E_RATE_LIMITED, \`actual\` with
E_DIGEST_MISMATCH. GraphQL errors carry the code and the requestId in \`extensions\`. The list is closed: an unknown failure is
E_INTERNAL.

| Code | HTTP status | Kind | Meaning |
| --- | --- | --- | --- |
${rows.join('\n')}

Kinds:

${Object.entries(KINDS)
  .map(([kind, meaning]) => `- ${kind}: ${meaning}`)
  .join('\n')}
`;
}
