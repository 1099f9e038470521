import { expect, it } from 'vitest';
import { FakeClock } from '../fake-clock.ts';
import { Access } from './access.ts';
import { FakeTokenRepository } from './fake-token-repository.ts';
import { ManageTokens } from './manage-tokens.ts';

function setUp() {
  const tokens = new FakeTokenRepository();
  const clock = new FakeClock();
  return { tokens, clock, manage: new ManageTokens(tokens, clock, 'token t'), access: new Access(tokens, clock) };
}

it('makes, rotates and revokes tokens, and tells of each its secret once', async () => {
  const { tokens, clock, manage, access } = setUp();
  const expiresAt = new Date(clock.now().getTime() + 3_600_000);
  const made = await manage.create({ kind: 'enroll', name: 'rack 12', labels: { rack: '12' }, expiresAt });
  expect(made.record).toMatchObject({ kind: 'enroll', name: 'rack 12', labels: { rack: '12' }, expiresAt });
  expect(await access.authenticate(made.secret)).toMatchObject({ kind: 'enroll', tokenId: made.record.id });
  const next = await manage.rotate(made.record.id);
  expect(await new Access(tokens, clock).authenticate(made.secret)).toBe(null);
  expect(await manage.revoke(next.record.id)).toMatchObject({ id: next.record.id, revokedAt: clock.now() });
  const { items } = await manage.list({}, { first: 10, after: null });
  expect(items.map(({ node }) => node.id)).toEqual([next.record.id, made.record.id]);
  expect(JSON.stringify([items, tokens.events])).not.toMatch(new RegExp(`${made.secret}|${next.secret}`));
  expect(tokens.events.map(({ actor, action }) => [actor, action])).toEqual([
    ['token t', 'token.create'],
    ['token t', 'token.rotate'],
    ['token t', 'token.revoke'],
  ]);
});

it('says what is wrong with a wish, and makes nothing', async () => {
  const { tokens, clock, manage } = setUp();
  const wish = { kind: 'reader', name: 'me' } as const;
  for (const [wrong, message] of [
    [{ kind: 'agent' }, 'kind: expected no agent'],
    [{ name: '' }, 'name: '],
    [{ name: 'a\u001b[2J' }, 'name: expected no control characters'],
    [{ labels: { rack: '9' } }, 'labels: only a token of kind enroll has them'],
    [{ kind: 'enroll', labels: { '9': 'rack' } }, 'labels: '],
    [{ expiresAt: clock.now() }, 'expiresAt: expected a time to come'],
    [{ expiresAt: new Date('soon') }, 'expiresAt: expected a time to come'],
  ] as const) {
    await expect(manage.create({ ...wish, ...wrong })).rejects.toThrow(message);
  }
  await expect(manage.rotate('nothing')).rejects.toMatchObject({ code: 'E_NOT_FOUND' });
  await expect(manage.rotate('nothing', -1)).rejects.toMatchObject({ code: 'E_VALIDATION' });
  await expect(manage.revoke('nothing')).rejects.toMatchObject({ code: 'E_NOT_FOUND' });
  expect(tokens.events).toEqual([]);
});
