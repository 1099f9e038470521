import type { Principal, TokenRecord, TokenRepository } from './principal.ts';

type NewToken = Parameters<TokenRepository['insert']>[0];

/** Keeps tokens in memory and counts how often one was looked up. */
export class FakeTokenRepository implements TokenRepository {
  readonly #tokens: (NewToken & { revokedAt: Date | null })[] = [];
  lookups = 0;

  async findPrincipal(sha256: Uint8Array): Promise<Principal | null> {
    this.lookups += 1;
    const token = this.#tokens.find((one) => Buffer.from(one.sha256).equals(sha256) && one.revokedAt === null);
    if (token === undefined) return null;
    const { id: tokenId, kind, hostId } = token;
    return kind === 'agent'
      ? { kind, tokenId, hostId: hostId ?? '', machine: `machine of ${hostId}` }
      : { kind, tokenId };
  }

  async insert(token: NewToken): Promise<void> {
    this.#tokens.push({ ...token, revokedAt: null });
  }

  async list(): Promise<readonly TokenRecord[]> {
    return this.#tokens.map(({ sha256: _sha256, ...record }) => record);
  }

  async revoke(id: string, at: Date): Promise<boolean> {
    const token = this.#tokens.find((one) => one.id === id && one.revokedAt === null);
    if (token === undefined) return false;
    token.revokedAt = at;
    return true;
  }
}
