import { auditEvent } from '../audit/audit-event.ts';
import { type Clock, newId } from '../clock.ts';
import type { Principal, TokenKind, TokenRepository } from './principal.ts';
import { isTokenShaped, newToken, tokenDigest } from './token.ts';

/** How long a token that was found good is not looked up again: revocation and expiry take effect within this time. */
const CACHE_MILLISECONDS = 10_000;
const CACHE_ENTRIES = 50_000;

export interface IssueOptions {
  /** Of an enrolment token: what hosts that enrol with it get. */
  readonly labels?: Readonly<Record<string, string>>;
  readonly expiresAt?: Date | null;
}

/** Issues, checks, rotates and revokes tokens. */
export class Access {
  readonly #tokens: TokenRepository;
  readonly #clock: Clock;
  readonly #actor: string;
  readonly #known = new Map<string, { principal: Principal; until: number }>();

  /** `actor` is named in the audit trail for what is changed here. */
  constructor(tokens: TokenRepository, clock: Clock, actor = 'server') {
    this.#tokens = tokens;
    this.#clock = clock;
    this.#actor = actor;
  }

  /** The holder of a token, or null where it is unknown, expired, revoked or not a token at all. */
  async authenticate(token: string): Promise<Principal | null> {
    if (!isTokenShaped(token)) return null;
    const at = this.#clock.now();
    const now = at.getTime();
    const digest = tokenDigest(token);
    const key = Buffer.from(digest).toString('base64');
    const known = this.#known.get(key);
    if (known !== undefined && known.until > now) return known.principal;
    this.#known.delete(key);
    const principal = await this.#tokens.findPrincipal(digest, at);
    if (principal === null) return null;
    if (this.#known.size >= CACHE_ENTRIES) this.#known.clear();
    this.#known.set(key, { principal, until: now + CACHE_MILLISECONDS });
    return principal;
  }

  /** Makes a token for people or enrolment. The token itself is returned once and stored nowhere. */
  async issue(
    kind: Exclude<TokenKind, 'agent'>,
    name: string,
    { labels = {}, expiresAt = null }: IssueOptions = {},
  ): Promise<{ id: string; token: string }> {
    const id = newId();
    const token = newToken(kind);
    const said = { kind, name, labels, expiresAt };
    await this.#tokens.insert(
      { id, ...said, sha256: tokenDigest(token), hostId: null, createdAt: this.#clock.now() },
      this.#event('token.create', id, said),
    );
    return { id, token };
  }

  /**
   * Another token with the same kind, name, labels and lifetime. The old one is good for `graceMs` more, so that its
   * holders can change over; null where there is no live token of this id.
   */
  async rotate(id: string, graceMs = 0): Promise<{ id: string; token: string } | null> {
    const old = await this.#tokens.get(id);
    if (old === null) return null;
    const token = newToken(old.kind);
    const next = { id: newId(), sha256: tokenDigest(token), at: this.#clock.now() };
    const endsAt = new Date(next.at.getTime() + graceMs);
    const event = this.#event('token.rotate', id, { name: old.name, next: next.id, endsAt });
    const rotated = await this.#tokens.rotate(id, next, endsAt, event);
    if (rotated === null) return null;
    this.#known.clear();
    return { id: next.id, token };
  }

  async revoke(id: string): Promise<boolean> {
    const revoked = await this.#tokens.revoke(id, this.#clock.now(), this.#event('token.revoke', id, {}));
    if (revoked) this.#known.clear();
    return revoked;
  }

  #event(action: string, id: string, details: Readonly<Record<string, unknown>>) {
    return auditEvent({ actor: this.#actor, action, object: `token ${id}`, details }, this.#clock);
  }
}
