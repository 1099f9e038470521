import { createHash, randomBytes } from 'node:crypto';
import type { TokenKind } from './principal.ts';

const PREFIX = {
  agent: 'alta',
  reader: 'altr',
  operator: 'alto',
  admin: 'altm',
  enroll: 'alte',
} as const satisfies Record<TokenKind, string>;

/** 32 random bytes behind a prefix that tells the kind, so that a leaked token can be recognised. */
export function newToken(kind: TokenKind): string {
  return `${PREFIX[kind]}_${randomBytes(32).toString('base64url')}`;
}

export function isTokenShaped(text: string): boolean {
  return /^alt[aerom]_[A-Za-z0-9_-]{43}$/.test(text);
}

/**
 * What is stored, looked up and compared. A slow hash is not needed: the token has 256 bits of entropy. The comparison need
 * not take constant time either: whoever guesses chooses the token and not its digest, so the time says nothing of the secret.
 */
export function tokenDigest(token: string): Uint8Array {
  return createHash('sha256').update(token).digest();
}
