import { expect, it } from 'vitest';
import { auditEvent } from '../audit/audit-event.ts';
import { FakeClock } from '../fake-clock.ts';
import { Access } from './access.ts';
import { FakeTokenRepository } from './fake-token-repository.ts';
import { hasScope, type Scope } from './principal.ts';
import { newToken } from './token.ts';

const EVENT = { actor: 'test', action: 'token.revoke', object: 'token', details: {} };

function setUp() {
  const tokens = new FakeTokenRepository();
  const clock = new FakeClock();
  return { tokens, clock, access: new Access(tokens, clock, 'command line (root)') };
}

it('knows a token that it issued, and tells nobody what it is', async () => {
  const { access, tokens } = setUp();
  const { id, token } = await access.issue('reader', 'ops');
  expect(await access.authenticate(token)).toEqual({ kind: 'reader', tokenId: id });
  const stored = await tokens.get(id);
  expect(stored).toMatchObject({ id, kind: 'reader', name: 'ops', hostId: null, revokedAt: null });
  expect(JSON.stringify(stored)).not.toContain(token);
});

it('knows no token that it did not issue', async () => {
  const { access } = setUp();
  await access.issue('reader', 'ops');
  expect(await access.authenticate(newToken('reader'))).toBe(null);
});

it.each(['', 'altr_', 'Bearer x', `alta_${'a'.repeat(42)}`, `altx_${'a'.repeat(43)}`, `altr_${'a'.repeat(43)}\n`])(
  'does not even look up what has not the form of a token: %j',
  async (text) => {
    const { access, tokens } = setUp();
    expect(await access.authenticate(text)).toBe(null);
    expect(tokens.lookups).toBe(0);
  },
);

it('looks a good token up once in ten seconds, and a bad one every time', async () => {
  const { access, tokens, clock } = setUp();
  const { token } = await access.issue('enroll', 'rollout');
  await access.authenticate(token);
  clock.advance(9_999);
  await access.authenticate(token);
  expect(tokens.lookups).toBe(1);
  clock.advance(1);
  expect(await access.authenticate(token)).toMatchObject({ kind: 'enroll' });
  expect(tokens.lookups).toBe(2);

  const bad = newToken('reader');
  await access.authenticate(bad);
  await access.authenticate(bad);
  expect(tokens.lookups).toBe(4);
});

it('knows a token no more at once when it was revoked here, and after ten seconds when it was elsewhere', async () => {
  const { access, tokens, clock } = setUp();
  const here = await access.issue('reader', 'here');
  await access.authenticate(here.token);
  expect(await access.revoke(here.id)).toBe(true);
  expect(await access.authenticate(here.token)).toBe(null);
  expect(await access.revoke(here.id)).toBe(false);

  const elsewhere = await access.issue('reader', 'elsewhere');
  await access.authenticate(elsewhere.token);
  await tokens.revoke(elsewhere.id, clock.now(), auditEvent(EVENT, clock));
  clock.advance(10_000);
  expect(await access.authenticate(elsewhere.token)).toBe(null);
});

it('knows an expired token no more', async () => {
  const { access, clock } = setUp();
  const { token } = await access.issue('enroll', 'rollout', { expiresAt: new Date(clock.now().getTime() + 60_000) });
  expect(await access.authenticate(token)).toMatchObject({ kind: 'enroll' });
  clock.advance(60_000);
  expect(await access.authenticate(token)).toBe(null);
});

it('gives another token with the same rights and lifetime, and ends the old one after the grace', async () => {
  const { access, tokens, clock } = setUp();
  const labels = { rack: '12' };
  const expiresAt = new Date(clock.now().getTime() + 3_600_000);
  const old = await access.issue('enroll', 'rack 12', { labels, expiresAt });
  clock.advance(1_800_000);
  const next = await access.rotate(old.id, 60_000);
  expect(next?.token).not.toBe(old.token);
  expect(await access.authenticate(old.token)).toMatchObject({ labels });
  expect(await access.authenticate(next?.token ?? '')).toEqual({ kind: 'enroll', tokenId: next?.id, labels });
  expect(await tokens.get(next?.id ?? '')).toMatchObject({ expiresAt: new Date(clock.now().getTime() + 3_600_000) });
  clock.advance(60_000);
  expect(await access.authenticate(old.token)).toBe(null);
  expect(await access.authenticate(next?.token ?? '')).not.toBe(null);
});

it('without a grace ends the old one at once, and rotates nothing that is not live', async () => {
  const { access } = setUp();
  const old = await access.issue('reader', 'ops');
  await access.authenticate(old.token);
  expect(await access.rotate(old.id)).not.toBe(null);
  expect(await access.authenticate(old.token)).toBe(null);
  expect(await access.rotate(old.id)).toBe(null);
  expect(await access.rotate('nothing')).toBe(null);
});

it('tells the audit trail who changed what, and no token', async () => {
  const { access, tokens } = setUp();
  const { id, token } = await access.issue('operator', 'alice');
  const next = await access.rotate(id);
  await access.revoke(next?.id ?? '');
  await access.revoke(next?.id ?? '');
  expect(tokens.events.map(({ actor, action, object }) => [actor, action, object])).toEqual([
    ['command line (root)', 'token.create', `token ${id}`],
    ['command line (root)', 'token.rotate', `token ${id}`],
    ['command line (root)', 'token.revoke', `token ${next?.id}`],
  ]);
  expect(JSON.stringify(tokens.events)).not.toMatch(new RegExp(`${token}|${next?.token}`));
});

it.each([
  ['agent', []],
  ['enroll', []],
  ['reader', ['read']],
  ['operator', ['read', 'operate']],
  ['admin', ['read', 'operate', 'admin']],
] as const)('a token of kind %s has the scopes %j', (kind, scopes) => {
  const all: Scope[] = ['read', 'operate', 'admin'];
  expect(all.filter((scope) => hasScope({ kind }, scope))).toEqual(scopes);
});
