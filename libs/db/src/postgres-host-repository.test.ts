import { randomBytes } from 'node:crypto';
import { newId } from '@altmap/core';
import { freshDatabase } from '@altmap/testkit';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type MigratedDatabase, migratedDatabase } from '../test/migrated-database.ts';
import { event } from '../test/events.ts';
import { at, sha256 } from '../test/samples.ts';
import { createRepositories, type Repositories } from './create-repositories.ts';

let database: MigratedDatabase;
let repositories: Repositories;
beforeAll(async () => {
  database = await migratedDatabase(await freshDatabase());
  repositories = createRepositories(database.db);
});
afterAll(() => database.close());

const eventOf = (hostId: string) => event({ action: 'host.enrol', object: `host ${hostId}` });
const now = at('2026-11-23T08:00:00Z');

function enrolment(machine: string, name = 'node-1', labels: Record<string, string> = {}) {
  return { id: newId(), machine, name, labels, token: { id: newId(), sha256: randomBytes(32) }, eventOf };
}

it('makes a host with a token that is good for it', async () => {
  const machine = sha256('a');
  const first = enrolment(machine, 'db-7', { rack: 'r1' });
  const { hostId } = await repositories.hosts.enrol({ ...first, at: at('2026-11-20T08:00:00Z') });
  expect(hostId).toBe(first.id);
  expect(await repositories.tokens.findPrincipal(first.token.sha256, now)).toEqual({
    kind: 'agent',
    tokenId: first.token.id,
    hostId,
    machine,
  });
  expect(await repositories.fleet.hostsByIds([hostId])).toEqual([
    {
      id: hostId,
      name: 'db-7',
      labels: { rack: 'r1' },
      createdAt: at('2026-11-20T08:00:00Z'),
      lastSeenAt: at('2026-11-20T08:00:00Z'),
      latestReportId: null,
    },
  ]);
});

it('finds the host of a machine again, gives it the new name, adds the new labels, and revokes its earlier token', async () => {
  const machine = sha256('b');
  const [first, second] = [enrolment(machine, 'old', { a: '1', b: '1' }), enrolment(machine, 'new', { b: '2' })];
  const { hostId } = await repositories.hosts.enrol({ ...first, at: at('2026-11-20T08:00:00Z') });
  const again = await repositories.hosts.enrol({ ...second, at: at('2026-11-21T08:00:00Z') });
  expect(again.hostId).toBe(hostId);
  expect(await repositories.tokens.findPrincipal(first.token.sha256, now)).toBe(null);
  expect(await repositories.tokens.findPrincipal(second.token.sha256, now)).toMatchObject({ hostId });
  await repositories.hosts.enrol({ ...enrolment(machine, 'new', { b: '2' }), at: at('2026-11-22T08:00:00Z') });
  const tokens = (await repositories.tokens.list()).filter((token) => token.hostId === hostId);
  expect(tokens.map((token) => token.revokedAt)).toEqual([
    at('2026-11-21T08:00:00Z'),
    at('2026-11-22T08:00:00Z'),
    null,
  ]);
  const events = await repositories.audit.events({ object: `host ${hostId}` }, { first: 10, after: null });
  expect(events.items.map(({ node }) => node.action)).toEqual(['host.enrol', 'host.enrol', 'host.enrol']);
  expect(await repositories.fleet.hostsByIds([hostId])).toMatchObject([
    { name: 'new', labels: { a: '1', b: '2' }, createdAt: at('2026-11-20T08:00:00Z') },
  ]);
});

it('makes one host with one good token of many enrolments at the same moment', async () => {
  const machine = sha256('c');
  const enrolments = Array.from({ length: 6 }, () => enrolment(machine));
  const answers = await Promise.all(
    enrolments.map((one) => repositories.hosts.enrol({ ...one, at: at('2026-11-20T08:00:00Z') })),
  );
  expect(new Set(answers.map((answer) => answer.hostId)).size).toBe(1);
  const principals = await Promise.all(
    enrolments.map((one) => repositories.tokens.findPrincipal(one.token.sha256, now)),
  );
  expect(principals.filter((principal) => principal !== null)).toHaveLength(1);
});

it('stores names and labels that hold what Postgres cannot', async () => {
  const { hostId } = await repositories.hosts.enrol({
    ...enrolment(sha256('d'), 'nul\0name', { half: 'a\ud800b', back: '\\u0000' }),
    at: at('2026-11-20T08:00:00Z'),
  });
  expect(await repositories.fleet.hostsByIds([hostId])).toMatchObject([
    { name: 'nul\uFFFDname', labels: { half: 'a\uFFFDb', back: '\\u0000' } },
  ]);
});
