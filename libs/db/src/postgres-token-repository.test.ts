import { randomBytes } from 'node:crypto';
import { type NewToken, newId, type TokenFilter } from '@altmap/core';
import { freshDatabase } from '@altmap/testkit';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type MigratedDatabase, migratedDatabase } from '../test/migrated-database.ts';
import { event } from '../test/events.ts';
import { at, enrolled } from '../test/samples.ts';
import { createRepositories, type Repositories } from './create-repositories.ts';

let database: MigratedDatabase;
let repositories: Repositories;
beforeAll(async () => {
  database = await migratedDatabase(await freshDatabase());
  repositories = createRepositories(database.db);
});
afterAll(() => database.close());

const CREATED = at('2026-11-20T08:00:00Z');

function token(said: Partial<NewToken> = {}): NewToken {
  const { id = newId(), sha256 = randomBytes(32) } = said;
  return {
    kind: 'reader',
    name: 'ops',
    hostId: null,
    labels: {},
    createdAt: CREATED,
    expiresAt: null,
    ...said,
    id,
    sha256,
  };
}

it('finds a token by its digest until it is revoked, once', async () => {
  const { tokens } = repositories;
  const { id, sha256, ...said } = token();
  await tokens.insert({ id, sha256, ...said }, event());
  expect(await tokens.findPrincipal(sha256, CREATED)).toEqual({ kind: 'reader', tokenId: id });
  expect(await tokens.findPrincipal(randomBytes(32), CREATED)).toBe(null);

  expect(await tokens.revoke(id, at('2026-11-21T08:00:00Z'), event())).toBe(true);
  expect(await tokens.findPrincipal(sha256, CREATED)).toBe(null);
  for (const none of [id, newId(), 'no uuid']) {
    expect(await tokens.revoke(none, at('2026-11-22T08:00:00Z'), event({ object: 'nothing' }))).toBe(false);
  }
  expect((await repositories.audit.events({ object: 'nothing' }, { first: 1, after: null })).items).toEqual([]);
});

it('finds a token until it expires', async () => {
  const { tokens } = repositories;
  const { sha256, ...said } = token({ kind: 'enroll', labels: { rack: '12' }, expiresAt: at('2026-11-21T08:00:00Z') });
  await tokens.insert({ sha256, ...said }, event());
  expect(await tokens.findPrincipal(sha256, at('2026-11-21T07:59:59.999Z'))).toEqual({
    kind: 'enroll',
    tokenId: said.id,
    labels: { rack: '12' },
  });
  expect(await tokens.findPrincipal(sha256, at('2026-11-21T08:00:00Z'))).toBe(null);
});

it('rotates a live token into one that is equal but for its secret', async () => {
  const { tokens } = repositories;
  const old = token({ kind: 'enroll', labels: { rack: '12' }, expiresAt: at('2026-11-21T08:00:00Z') });
  await tokens.insert(old, event());
  const now = at('2026-11-20T20:00:00Z');
  const next = { id: newId(), sha256: randomBytes(32), at: now };
  const grace = at('2026-11-20T21:00:00Z');
  expect(await tokens.rotate(old.id, next, grace, event({ object: `token ${old.id}` }))).toEqual({
    id: next.id,
    kind: 'enroll',
    name: 'ops',
    hostId: null,
    labels: { rack: '12' },
    createdAt: now,
    expiresAt: at('2026-11-21T20:00:00Z'),
    revokedAt: null,
  });
  expect(await tokens.get(old.id)).toMatchObject({ expiresAt: grace, revokedAt: null });
  expect(await tokens.findPrincipal(next.sha256, now)).toMatchObject({ tokenId: next.id });

  const last = { id: newId(), sha256: randomBytes(32), at: now };
  await tokens.rotate(next.id, last, now, event());
  expect(await tokens.get(next.id)).toMatchObject({ revokedAt: now });
  expect(await tokens.rotate(next.id, { ...last, id: newId(), sha256: randomBytes(32) }, now, event())).toBe(null);
  expect(await tokens.rotate('no uuid', last, now, event())).toBe(null);
  expect(
    (await repositories.audit.events({ object: `token ${old.id}` }, { first: 9, after: null })).items,
  ).toHaveLength(1);
});

it('gives one token of many rotations of one token at the same moment', async () => {
  const { tokens } = repositories;
  const old = token();
  await tokens.insert(old, event());
  const now = at('2026-11-20T20:00:00Z');
  const rotated = await Promise.all(
    Array.from({ length: 6 }, () =>
      tokens.rotate(old.id, { id: newId(), sha256: randomBytes(32), at: now }, now, event()),
    ),
  );
  expect(rotated.filter((one) => one !== null)).toHaveLength(1);
});

it('lists tokens page by page, newest first, without their digests', async () => {
  const { tokens } = repositories;
  const { hostId } = await enrolled(repositories, { name: 'listed' });
  const { sha256, ...said } = token({ kind: 'enroll', name: 'rollout', expiresAt: at('2026-11-22T08:00:00Z') });
  await tokens.insert({ sha256, ...said }, event());
  const first = await tokens.list({}, { first: 1, after: null });
  expect(first).toEqual({
    items: [{ cursor: expect.any(String), node: { ...said, revokedAt: null } }],
    hasNextPage: true,
  });
  const second = await tokens.list({}, { first: 1, after: first.items[0]?.cursor ?? null });
  expect(second.items).toMatchObject([{ node: { kind: 'agent', name: 'listed', hostId } }]);
  await expect(tokens.list({}, { first: 1, after: 'x' })).rejects.toMatchObject({ code: 'E_BAD_CURSOR' });

  const ids = async (filter: TokenFilter): Promise<string[]> =>
    (await tokens.list({ kind: 'enroll', ...filter }, { first: 100, after: null })).items.map(({ node }) => node.id);
  expect((await ids({}))[0]).toBe(said.id);
  expect(await ids({ liveAt: at('2026-11-22T07:59:59Z') })).toContain(said.id);
  expect(await ids({ liveAt: at('2026-11-22T08:00:00Z') })).not.toContain(said.id);
});

it('refuses a second token with the same digest, and an agent token without a host; then there is no event either', async () => {
  const { tokens } = repositories;
  const first = token();
  await tokens.insert(first, event());
  const refused = event({ object: 'refused' });
  await expect(tokens.insert({ ...token(), sha256: first.sha256 }, refused)).rejects.toThrow(/unique/);
  await expect(tokens.insert(token({ kind: 'agent' }), refused)).rejects.toThrow(/check constraint/);
  expect((await repositories.audit.events({ object: 'refused' }, { first: 1, after: null })).items).toEqual([]);
});
