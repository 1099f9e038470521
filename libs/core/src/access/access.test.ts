import { expect, it } from 'vitest';
import { FakeClock } from '../fake-clock.ts';
import { Access } from './access.ts';
import { FakeTokenRepository } from './fake-token-repository.ts';
import { newToken } from './token.ts';

function setUp() {
  const tokens = new FakeTokenRepository();
  const clock = new FakeClock();
  return { tokens, clock, access: new Access(tokens, clock) };
}

it('knows a token that it issued, and tells nobody what it is', async () => {
  const { access } = setUp();
  const { id, token } = await access.issue('reader', 'ops');
  expect(await access.authenticate(token)).toEqual({ kind: 'reader', tokenId: id });
  const listed = await access.list();
  expect(listed).toMatchObject([{ id, kind: 'reader', name: 'ops', hostId: null, revokedAt: null }]);
  expect(JSON.stringify(listed)).not.toContain(token);
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
  await tokens.revoke(elsewhere.id, clock.now());
  clock.advance(10_000);
  expect(await access.authenticate(elsewhere.token)).toBe(null);
});
