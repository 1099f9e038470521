/** Who makes a request. An agent acts for one host only; a reader reads; an enroller may only enrol hosts; an admin manages. */
export type Principal =
  | { readonly kind: 'agent'; readonly tokenId: string; readonly hostId: string; readonly machine: string }
  | { readonly kind: 'reader'; readonly tokenId: string }
  | { readonly kind: 'enroll'; readonly tokenId: string };

export type TokenKind = Principal['kind'];

export interface TokenRecord {
  readonly id: string;
  readonly kind: TokenKind;
  readonly name: string;
  readonly hostId: string | null;
  readonly createdAt: Date;
  readonly revokedAt: Date | null;
}

/** Only the SHA-256 of a token is ever stored. Implemented by libs/db. */
export interface TokenRepository {
  /** A token that is not revoked. */
  findPrincipal(sha256: Uint8Array): Promise<Principal | null>;
  insert(token: {
    id: string;
    kind: TokenKind;
    name: string;
    sha256: Uint8Array;
    hostId: string | null;
    createdAt: Date;
  }): Promise<void>;
  list(): Promise<readonly TokenRecord[]>;
  /** False when there is no such token, or it was revoked before. */
  revoke(id: string, at: Date): Promise<boolean>;
}
