import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';
import {
  ActivePolicy,
  ApplyPolicy,
  CheckReport,
  FakeJobQueue,
  JudgeReport,
  ManageHosts,
  Rejudge,
  type RejudgeRun,
  RequestRejudge,
  WaiveFindings,
} from '@altmap/core';
import { type OpenCase, openCase as realCase } from '@altmap/policy';
import { HostFile, type Part, partFile } from '@altmap/protocol';
import { freshDatabase } from '@altmap/testkit';
import { afterAll, beforeEach, expect, it } from 'vitest';
import { alerting } from '../test/alerting.ts';
import { type MigratedDatabase, migratedDatabase } from '../test/migrated-database.ts';
import { at, enrolled, report, stored } from '../test/samples.ts';
import { createRepositories, type Repositories } from './create-repositories.ts';

/** Policies and passes over all hosts, with the real engine on recorded hosts and Postgres. */

const SAMPLES = fileURLToPath(new URL('../../../samples/', import.meta.url));
const databases: MigratedDatabase[] = [];
let repositories: Repositories;
let queue: FakeJobQueue;
let engineVersion = 'engine-1';
/** The real engine, under the version that a test says. */
const openCase: OpenCase = (...said) => {
  const hostCase = realCase(...said);
  return { ...hostCase, assess: () => ({ ...hostCase.assess(), engineVersion }) };
};
const clock = { now: () => at('2026-11-20T12:00:00.000Z') };
const onEnqueueError = (error: unknown): never => {
  throw error;
};

beforeEach(async () => {
  const database = await migratedDatabase(await freshDatabase());
  databases.push(database);
  repositories = createRepositories(database.db);
  queue = new FakeJobQueue();
  engineVersion = 'engine-1';
});
afterAll(async () => {
  for (const opened of databases) await opened.close();
});

async function sent(name: string): Promise<string> {
  const host = HostFile.parse(JSON.parse(readFileSync(`${SAMPLES}${name}/host.json`, 'utf8')));
  const { hostId } = await enrolled(repositories, { name, labels: host.labels ?? {} });
  const parts: Part[] = [];
  for (const file of readdirSync(`${SAMPLES}${name}`)) {
    const kind = partFile(file)?.kind;
    const bytes = readFileSync(`${SAMPLES}${name}/${file}`);
    if (kind !== undefined) {
      parts.push(await stored(repositories, kind, (file.endsWith('.gz') ? gunzipSync(bytes) : bytes).toString()));
    }
  }
  const said = { release: host.release ?? '?', pageSize: host.pageSize ?? null };
  const committed = await repositories.reports.commit(report(hostId, parts, said));
  if ('missing' in committed) throw new Error('expected every blob to be stored');
  return committed.reportId;
}

async function checked(name: string): Promise<void> {
  const { checks, blobs } = repositories;
  const policies = new ActivePolicy(repositories.policies);
  const worker = new CheckReport({
    checks,
    blobs,
    configHistory: { record: async () => {} },
    policies,
    queue,
    clock,
    openCase,
    engineVersion,
    onEnqueueError,
  });
  await worker.handle({ reportId: await sent(name) });
}

const request = (): RequestRejudge =>
  new RequestRejudge({ rejudges: repositories.rejudges, clock, queue, onEnqueueError });
const rejudge = (): Rejudge => {
  const { checks, blobs, rejudges } = repositories;
  const judgeReport = new JudgeReport({ checks, blobs, clock, openCase, engineVersion });
  return new Rejudge({
    rejudges,
    checks,
    judgeReport,
    policies: new ActivePolicy(repositories.policies),
    clock,
    engineVersion,
    queue,
  });
};
const apply = (text: string, dryRun: boolean) =>
  new ApplyPolicy(repositories.policies, request(), clock).apply(text, dryRun, 'test');

async function done({ id }: RejudgeRun) {
  await rejudge().handle({ runId: id });
  const run = await repositories.rejudges.load(id);
  const { items } = await repositories.rejudges.changes(id, { first: 200, after: null });
  return { run, changes: items.map(({ node }) => `${node.change} ${node.hostName} ${node.code} ${node.severity}`) };
}

const open = async (): Promise<string[]> =>
  (await repositories.fleet.findings({}, { first: 200, after: null })).items
    .map(({ node }) => `${node.code} ${node.severity}`)
    .sort();

const POLICY = `version: 1
name: ours
extends: built-in
targets: [{ name: next, pageSize: 64K, hosts: { labels: role=edge } }]
rules:
  - { code: MOVE_LOSES_RANGE, about: verdict, when: { basis: what-if }, severity: none }
  - { code: CONFIG_NO_ALTMAP, about: config, when: { lacks: pfn }, severity: warning }
`;

it('tells what a policy would change, and changes nothing', async () => {
  await checked('edge-4k-01');
  await checked('old-4k-01');
  const before = await open();
  const { version, run } = await apply(POLICY, true);
  expect(version).toBeNull();
  expect(queue.jobs.filter(({ name }) => name === 'rejudge')).toEqual([
    { name: 'rejudge', payload: { runId: run.id } },
  ]);
  const { run: after, changes } = await done(run);
  expect(after).toMatchObject({ state: 'done', hosts: 2, skipped: 0, opened: 1, resolved: 2, changed: 1 });
  expect(changes.sort()).toEqual([
    'changed old-4k-01 CONFIG_NO_ALTMAP warning',
    'opened edge-4k-01 PLAN_LOSES_RANGE warning',
    'resolved edge-4k-01 MOVE_LOSES_RANGE info',
    'resolved edge-4k-01 MOVE_LOSES_RANGE info',
  ]);
  expect(await open()).toEqual(before);
  expect(await repositories.policies.active()).toBeNull();
});

it('puts a policy in force as the next version, for stored and for new reports, and alerts nobody', async () => {
  await checked('edge-4k-01');
  await checked('old-4k-01');
  queue.jobs.length = 0;
  const { version, run } = await apply(POLICY, false);
  expect(version).toMatchObject({ version: 1, text: POLICY, appliedBy: 'test' });
  expect((await done(run)).run).toMatchObject({ opened: 1, resolved: 2, changed: 1 });
  expect(await open()).toEqual(['CONFIG_NO_ALTMAP warning', 'PLAN_LOSES_RANGE warning']);
  expect(queue.jobs.map(({ name }) => name)).toEqual(['rejudge']);

  await checked('edge-4k-02');
  expect(await open()).toEqual(['CONFIG_NO_ALTMAP warning', 'PLAN_LOSES_RANGE warning', 'PLAN_LOSES_RANGE warning']);
  const again = await request().request({ dryRun: true, candidate: null }, 'test');
  expect((await done(again)).run).toMatchObject({ hosts: 3, opened: 0, resolved: 0, changed: 0 });

  await Promise.all([apply(POLICY, false), apply(POLICY, false)]);
  expect((await repositories.policies.list(10)).map((one) => one.version)).toEqual([3, 2, 1]);
  const { items } = await repositories.audit.events({ action: 'policy.apply' }, { first: 5, after: null });
  expect(items.map(({ node }) => node.object).sort()).toEqual([1, 2, 3].map((n) => `policy version ${n}`));
});

it('ends the alerts of what a waiver has come to cover', async () => {
  await alerting(repositories);
  await checked('old-4k-01');
  const { waivers, hosts, fleet } = repositories;
  const waive = new WaiveFindings({ waivers, clock, queue: null, onEnqueueError });
  const wish = { reason: 'lab', owner: 'ann', expiresAt: at('2026-12-01T00:00:00.000Z'), labels: ['bench=yes'] };
  expect(await waive.add(wish, 'test')).toMatchObject({ waived: 0 });
  const [host] = (await fleet.hosts({}, { first: 1, after: null })).items;
  await new ManageHosts(hosts, clock).label('test', host?.node.id ?? '', { set: { bench: 'yes' }, remove: [] });
  queue.jobs.length = 0;
  await done(await request().request({ dryRun: false, candidate: null }, 'test'));
  expect(await open()).toEqual([]);
  expect((await databases.at(-1)?.db.selectFrom('alert').select('firing').execute())?.length).toBeGreaterThan(0);
  expect(await databases.at(-1)?.db.selectFrom('alert').select('firing').where('firing', '=', true).execute()).toEqual(
    [],
  );
  expect(queue.jobs.map(({ name }) => name)).toContain('flush-alerts');
});

it('gives reports the verdicts of a new engine', async () => {
  await checked('edge-4k-01');
  engineVersion = 'engine-2';
  const dry = await done(await request().request({ dryRun: true, candidate: null }, 'test'));
  expect(dry.run).toMatchObject({ opened: 0, resolved: 0, changed: 0 });
  await done(await request().request({ dryRun: false, candidate: null }, 'test'));
  const [host] = (await repositories.fleet.hosts({}, { first: 1, after: null })).items;
  const [row] = await repositories.fleet.reportsByIds([host?.node.latestReportId ?? '']);
  const ranges = await repositories.fleet.deviceRangesByVerdictSets([row?.verdictSetId ?? '']);
  const verdicts = await repositories.fleet.verdictsByDeviceRanges(
    ranges.map(({ id }) => id),
    {},
  );
  expect(new Set(verdicts.map((verdict) => verdict.engineVersion))).toEqual(new Set(['engine-2']));
});

it('goes on where it was, counts each host once, and passes over hosts whose report waits', async () => {
  await checked('edge-4k-01');
  await checked('old-4k-01');
  await sent('edge-4k-02');
  const { run } = await apply(POLICY, false);
  const [first] = await repositories.rejudges.nextHosts(run.id, 10);
  await repositories.rejudges.step(run.id, first?.hostId ?? '', async () => null);
  await repositories.rejudges.step(run.id, first?.hostId ?? '', async () => {
    throw new Error('this host is done');
  });
  await Promise.all([done(run), done(run)]);
  expect(await repositories.rejudges.load(run.id)).toMatchObject({ state: 'done', hosts: 3, skipped: 2, changed: 1 });
  const { run: finished } = await done(run);
  expect(finished?.hosts).toBe(3);
});

it('a pass that cannot go on has failed, with the reason', async () => {
  const run = await request().request({ dryRun: true, candidate: 'version: 9' }, 'test');
  await expect(rejudge().handle({ runId: run.id })).rejects.toThrow('1:10: expected 1');
  expect(await repositories.rejudges.listStranded(at('2026-11-21T00:00:00.000Z'), 5)).toEqual([run.id]);
  await rejudge().dead({ runId: run.id }, 'cannot be read');
  expect(await repositories.rejudges.load(run.id)).toMatchObject({ state: 'failed', failure: 'cannot be read' });
  expect(await repositories.rejudges.listStranded(at('2026-11-21T00:00:00.000Z'), 5)).toEqual([]);
});

it('a policy with problems is refused with line and column', async () => {
  await expect(apply('version: 1\nname: A\n', false)).rejects.toMatchObject({
    code: 'E_VALIDATION',
    extra: { issues: [{ path: '2:7', message: expect.stringContaining('expected a name') }] },
  });
  expect(await repositories.policies.active()).toBeNull();
});
