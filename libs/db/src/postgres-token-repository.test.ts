import { randomBytes } from 'node:crypto';
import { newId } from '@altmap/core';
import { freshDatabase } from '@altmap/testkit';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type MigratedDatabase, migratedDatabase } from '../test/migrated-database.ts';
import { at, enrolled } from '../test/samples.ts';
import { createRepositories, type Repositories } from './create-repositories.ts';

let database: MigratedDatabase;
let repositories: Repositories;
beforeAll(async () => {
  database = await migratedDatabase(await freshDatabase());
  repositories = createRepositories(database.db);
});
afterAll(() => database.close());

it('finds a token by its digest until it is revoked, once', async () => {
  const { tokens } = repositories;
  const sha256 = randomBytes(32);
  const id = newId();
  await tokens.insert({ id, kind: 'reader', name: 'ops', sha256, hostId: null, createdAt: at('2026-11-20T08:00:00Z') });
  expect(await tokens.findPrincipal(sha256)).toEqual({ kind: 'reader', tokenId: id });
  expect(await tokens.findPrincipal(randomBytes(32))).toBe(null);

  expect(await tokens.revoke(id, at('2026-11-21T08:00:00Z'))).toBe(true);
  expect(await tokens.findPrincipal(sha256)).toBe(null);
  expect(await tokens.revoke(id, at('2026-11-22T08:00:00Z'))).toBe(false);
  expect(await tokens.revoke(newId(), at('2026-11-22T08:00:00Z'))).toBe(false);
  expect(await tokens.revoke('no uuid', at('2026-11-22T08:00:00Z'))).toBe(false);
});

it('lists tokens, oldest first, without their digests', async () => {
  const { hostId } = await enrolled(repositories, { name: 'listed' });
  const id = newId();
  await repositories.tokens.insert({
    id,
    kind: 'enroll',
    name: 'rollout',
    sha256: randomBytes(32),
    hostId: null,
    createdAt: at('2026-11-22T08:00:00Z'),
  });
  const listed = await repositories.tokens.list();
  expect(listed.at(-1)).toEqual({
    id,
    kind: 'enroll',
    name: 'rollout',
    hostId: null,
    createdAt: at('2026-11-22T08:00:00Z'),
    revokedAt: null,
  });
  expect(listed.filter((token) => token.hostId === hostId)).toMatchObject([{ kind: 'agent', name: 'listed' }]);
});

it('refuses a second token with the same digest, and an agent token without a host', async () => {
  const { tokens } = repositories;
  const token = {
    kind: 'reader',
    name: 'twice',
    sha256: randomBytes(32),
    hostId: null,
    createdAt: new Date(),
  } as const;
  await tokens.insert({ id: newId(), ...token });
  await expect(tokens.insert({ id: newId(), ...token })).rejects.toThrow(/unique/);
  await expect(tokens.insert({ id: newId(), ...token, kind: 'agent', sha256: randomBytes(32) })).rejects.toThrow(
    /check constraint/,
  );
});
