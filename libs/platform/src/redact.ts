const SECRETS: readonly (readonly [RegExp, string])[] = [
  [/(alt[aerom]_)[A-Za-z0-9_-]{43}/g, '$1[redacted]'],
  [/(whsec_)[A-Za-z0-9+/=_-]+/g, '$1[redacted]'],
  [/(\b[a-z][a-z0-9+.-]*:\/\/[^\s:@/"\\]*:)[^\s/"\\]+@/gi, '$1[redacted]@'],
  [/\b(bearer|basic) [A-Za-z0-9._~+/=-]{8,}/gi, '$1 [redacted]'],
];

/** Takes tokens, webhook secrets, URL passwords and Authorization values out of any text, wherever in it they stand. */
export function redact(text: string): string {
  return SECRETS.reduce((redacted, [pattern, replacement]) => redacted.replace(pattern, replacement), text);
}
