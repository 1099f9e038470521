import { type Clock, newId } from '../clock.ts';
import type { Principal, TokenKind, TokenRecord, TokenRepository } from './principal.ts';
import { isTokenShaped, newToken, tokenDigest } from './token.ts';

/** How long a token that was found good is not looked up again: a revocation takes effect within this time. */
const CACHE_MILLISECONDS = 10_000;
const CACHE_ENTRIES = 50_000;

/** Issues, checks and revokes tokens. */
export class Access {
  readonly #tokens: TokenRepository;
  readonly #clock: Clock;
  readonly #known = new Map<string, { principal: Principal; until: number }>();

  constructor(tokens: TokenRepository, clock: Clock) {
    this.#tokens = tokens;
    this.#clock = clock;
  }

  /** The holder of a token, or null where it is unknown, revoked or not a token at all. */
  async authenticate(token: string): Promise<Principal | null> {
    if (!isTokenShaped(token)) return null;
    const now = this.#clock.now().getTime();
    const digest = tokenDigest(token);
    const key = Buffer.from(digest).toString('base64');
    const known = this.#known.get(key);
    if (known !== undefined && known.until > now) return known.principal;
    this.#known.delete(key);
    const principal = await this.#tokens.findPrincipal(digest);
    if (principal === null) return null;
    if (this.#known.size >= CACHE_ENTRIES) this.#known.clear();
    this.#known.set(key, { principal, until: now + CACHE_MILLISECONDS });
    return principal;
  }

  /** Makes a token for people or enrolment. The token itself is returned once and stored nowhere. */
  async issue(kind: Exclude<TokenKind, 'agent'>, name: string): Promise<{ id: string; token: string }> {
    const id = newId();
    const token = newToken(kind);
    await this.#tokens.insert({
      id,
      kind,
      name,
      sha256: tokenDigest(token),
      hostId: null,
      createdAt: this.#clock.now(),
    });
    return { id, token };
  }

  list(): Promise<readonly TokenRecord[]> {
    return this.#tokens.list();
  }

  async revoke(id: string): Promise<boolean> {
    const revoked = await this.#tokens.revoke(id, this.#clock.now());
    if (revoked) this.#known.clear();
    return revoked;
  }
}
