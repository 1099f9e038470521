import type { AuditEvent } from '../audit/audit-event.ts';
import type { Page } from '../fleet/fleet-reader.ts';
import type { NewToken, Principal, TokenFilter, TokenRecord, TokenRepository } from './principal.ts';

type Kept = NewToken & { revokedAt: Date | null; expiresAt: Date | null };

const isLive = (token: Kept, at: Date): boolean =>
  token.revokedAt === null && (token.expiresAt === null || token.expiresAt > at);

/** Keeps tokens and audit events in memory and counts how often a token was looked up. */
export class FakeTokenRepository implements TokenRepository {
  readonly #tokens: Kept[] = [];
  readonly events: AuditEvent[] = [];
  lookups = 0;

  async findPrincipal(sha256: Uint8Array, at: Date): Promise<Principal | null> {
    this.lookups += 1;
    const token = this.#tokens.find((one) => Buffer.from(one.sha256).equals(sha256) && isLive(one, at));
    if (token === undefined) return null;
    const { id: tokenId, kind, hostId, labels } = token;
    if (kind === 'agent') return { kind, tokenId, hostId: hostId ?? '', machine: `machine of ${hostId}` };
    return kind === 'enroll' ? { kind, tokenId, labels } : { kind, tokenId };
  }

  async insert(token: NewToken, event: AuditEvent): Promise<void> {
    this.#tokens.push({ ...token, revokedAt: null });
    this.events.push(event);
  }

  async rotate(...[id, next, endsAt, event]: Parameters<TokenRepository['rotate']>): Promise<TokenRecord | null> {
    const old = this.#tokens.find((one) => one.id === id && isLive(one, next.at));
    if (old === undefined) return null;
    const lifetime = old.expiresAt === null ? null : old.expiresAt.getTime() - old.createdAt.getTime();
    const expiresAt = lifetime === null ? null : new Date(next.at.getTime() + lifetime);
    this.#tokens.push({ ...old, id: next.id, sha256: next.sha256, createdAt: next.at, expiresAt });
    if (endsAt <= next.at) old.revokedAt = next.at;
    else if (old.expiresAt === null || old.expiresAt > endsAt) old.expiresAt = endsAt;
    this.events.push(event);
    return this.get(next.id);
  }

  async get(id: string): Promise<TokenRecord | null> {
    return this.#records().find((token) => token.id === id) ?? null;
  }

  /** All on one page. */
  async list({ kind, liveAt }: TokenFilter): Promise<Page<TokenRecord>> {
    const live = this.#tokens.filter((token) => liveAt === undefined || isLive(token, liveAt)).map(({ id }) => id);
    const found = this.#records().filter((token) => live.includes(token.id) && (kind ?? token.kind) === token.kind);
    return { items: found.reverse().map((node) => ({ cursor: node.id, node })), hasNextPage: false };
  }

  #records(): TokenRecord[] {
    return this.#tokens.map(({ sha256: _sha256, ...record }) => record);
  }

  async revoke(id: string, at: Date, event: AuditEvent): Promise<boolean> {
    const token = this.#tokens.find((one) => one.id === id && one.revokedAt === null);
    if (token === undefined) return false;
    token.revokedAt = at;
    this.events.push(event);
    return true;
  }
}
