import { AltmapError, Labels, Name } from '@altmap/protocol';
import type { Clock } from '../clock.ts';
import type { Page, PageRequest } from '../fleet/fleet-reader.ts';
import { Access } from './access.ts';
import type { TokenFilter, TokenKind, TokenRecord, TokenRepository } from './principal.ts';

/** What somebody asks for. */
export interface TokenRequest {
  readonly kind: TokenKind;
  /** What or whom it is for. */
  readonly name: string;
  /** Of an enrolment token: what hosts that enrol with it get. */
  readonly labels?: Readonly<Record<string, string>>;
  /** For ever when not given. */
  readonly expiresAt?: Date | null;
}

/** A token with its secret, which is in this answer and nowhere else: only its SHA-256 is stored. */
export interface IssuedToken {
  readonly record: TokenRecord;
  readonly secret: string;
}

/** What people change about tokens. Every change leaves an audit event of `actor`, without secrets. */
export class ManageTokens {
  readonly #tokens: TokenRepository;
  readonly #access: Access;
  readonly #clock: Clock;

  constructor(tokens: TokenRepository, clock: Clock, actor: string) {
    this.#tokens = tokens;
    this.#access = new Access(tokens, clock, actor);
    this.#clock = clock;
  }

  /** Newest first. */
  list(filter: TokenFilter, page: PageRequest): Promise<Page<TokenRecord>> {
    return this.#tokens.list(filter, page);
  }

  /** @throws AltmapError E_VALIDATION naming the member */
  async create({ kind, name, labels = {}, expiresAt = null }: TokenRequest): Promise<IssuedToken> {
    if (kind === 'agent') throw invalid('kind', 'expected no agent: hosts get their tokens by enrolling');
    const namedAs = Name.safeParse(name);
    if (!namedAs.success) throw invalid('name', namedAs.error.issues[0]?.message ?? 'not as expected');
    const labelled = Labels.safeParse(labels);
    if (!labelled.success) throw invalid('labels', labelled.error.issues[0]?.message ?? 'not as expected');
    if (kind !== 'enroll' && Object.keys(labels).length > 0) {
      throw invalid('labels', 'only a token of kind enroll has them');
    }
    if (expiresAt !== null && !(expiresAt > this.#clock.now())) throw invalid('expiresAt', 'expected a time to come');
    return this.#issued(await this.#access.issue(kind, namedAs.data, { labels: labelled.data, expiresAt }));
  }

  /** Another token in the place of one, which is good for so long. @throws AltmapError E_NOT_FOUND, E_VALIDATION */
  async rotate(id: string, graceSeconds = 0): Promise<IssuedToken> {
    if (graceSeconds < 0) throw invalid('graceSeconds', 'expected 0 or more');
    const rotated = await this.#access.rotate(id, graceSeconds * 1_000);
    if (rotated === null) throw notLive(id);
    return this.#issued(rotated);
  }

  /** @throws AltmapError E_NOT_FOUND for a token that is unknown or was revoked before. */
  async revoke(id: string): Promise<TokenRecord> {
    const revoked = (await this.#access.revoke(id)) ? await this.#tokens.get(id) : null;
    if (revoked === null) throw notLive(id);
    return revoked;
  }

  async #issued({ id, token: secret }: { id: string; token: string }): Promise<IssuedToken> {
    const record = await this.#tokens.get(id);
    if (record === null) throw new Error(`token ${id} is gone at once`);
    return { record, secret };
  }
}

const notLive = (id: string): AltmapError => new AltmapError('E_NOT_FOUND', `there is no live token ${id}`);

const invalid = (member: string, expected: string): AltmapError =>
  new AltmapError('E_VALIDATION', `${member}: ${expected}`, { issues: [{ path: member, message: expected }] });
