import { AltmapError } from '@altmap/protocol';
import type { AuditEvent } from '../audit/audit-event.ts';
import type { Page, PageRequest } from '../fleet/fleet-reader.ts';

/** Who makes a request. An agent acts for one host only; an enroller may only enrol hosts; people have scopes. */
export type Principal =
  | { readonly kind: 'agent'; readonly tokenId: string; readonly hostId: string; readonly machine: string }
  | {
      readonly kind: 'enroll';
      readonly tokenId: string;
      /** Hosts that enrol with it get these labels, whatever they say themselves. */
      readonly labels: Readonly<Record<string, string>>;
    }
  | { readonly kind: PersonKind; readonly tokenId: string };

/** Tokens of people and of programs that act for them. */
export const PERSON_KINDS = ['reader', 'operator', 'admin'] as const;
export type PersonKind = (typeof PERSON_KINDS)[number];

export type TokenKind = 'agent' | 'enroll' | PersonKind;

/** read: ask. operate: change what the fleet is said to be (labels, hosts, waivers). admin: who has access, and the audit trail. */
export type Scope = 'read' | 'operate' | 'admin';

const SCOPES = {
  agent: [],
  enroll: [],
  reader: ['read'],
  operator: ['read', 'operate'],
  admin: ['read', 'operate', 'admin'],
} as const satisfies Record<TokenKind, readonly Scope[]>;

export function hasScope({ kind }: Pick<Principal, 'kind'>, scope: Scope): boolean {
  return (SCOPES[kind] as readonly Scope[]).includes(scope);
}

/** The principal, where it has the scope. @throws AltmapError E_UNAUTHENTICATED, E_FORBIDDEN */
export function requireScope(principal: Principal | null, scope: Scope): Principal {
  if (principal === null) throw new AltmapError('E_UNAUTHENTICATED', 'expected a token');
  if (!hasScope(principal, scope)) {
    throw new AltmapError(
      'E_FORBIDDEN',
      `expected a token with the scope "${scope}", got one of kind "${principal.kind}"`,
    );
  }
  return principal;
}

/** How the audit trail names whoever holds a token. */
export const actorOf = ({ tokenId }: Pick<Principal, 'tokenId'>): string => `token ${tokenId}`;

export interface TokenRecord {
  readonly id: string;
  readonly kind: TokenKind;
  readonly name: string;
  readonly hostId: string | null;
  /** Of an enrolment token: what hosts that enrol with it get. */
  readonly labels: Readonly<Record<string, string>>;
  readonly createdAt: Date;
  readonly expiresAt: Date | null;
  readonly revokedAt: Date | null;
}

export interface NewToken extends Omit<TokenRecord, 'revokedAt'> {
  readonly sha256: Uint8Array;
}

export interface TokenFilter {
  readonly kind?: TokenKind;
  /** Those that are neither revoked nor expired at this time. */
  readonly liveAt?: Date;
}

/** Only the SHA-256 of a token is ever stored. Implemented by libs/db. */
export interface TokenRepository {
  /** Whose token it is, where it is neither revoked nor expired at that time. */
  findPrincipal(sha256: Uint8Array, at: Date): Promise<Principal | null>;
  insert(token: NewToken, event: AuditEvent): Promise<void>;
  /**
   * Gives the holder of a live token another one, equal in all but its secret, and ends the old one at `endsAt`. The new
   * one lives as long as the old one was made to, from `at` on. Null where there is no such live token.
   */
  rotate(
    id: string,
    next: { id: string; sha256: Uint8Array; at: Date },
    endsAt: Date,
    event: AuditEvent,
  ): Promise<TokenRecord | null>;
  get(id: string): Promise<TokenRecord | null>;
  /** Newest first: each host has a token, so there may be very many. @throws AltmapError E_BAD_CURSOR */
  list(filter: TokenFilter, page: PageRequest): Promise<Page<TokenRecord>>;
  /** False when there is no such token, or it was revoked before. */
  revoke(id: string, at: Date, event: AuditEvent): Promise<boolean>;
}
