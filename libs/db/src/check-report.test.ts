import { ActivePolicy, CheckReport, FakeJobQueue, FlushAlerts, RecordConfigChange, Sweep } from '@altmap/core';
import { diffSymbols, type FindingFact, type OpenCase } from '@altmap/policy';
import { freshDatabase } from '@altmap/testkit';
import { afterAll, beforeEach, expect, it } from 'vitest';
import { alerting } from '../test/alerting.ts';
import { type MigratedDatabase, migratedDatabase } from '../test/migrated-database.ts';
import { assessment, at, enrolled, report, stored } from '../test/samples.ts';
import { createRepositories, type Repositories } from './create-repositories.ts';

/** The use-cases of a worker, on Postgres instead of fakes: what they promise together. */

const databases: MigratedDatabase[] = [];
let database: MigratedDatabase;
let repositories: Repositories;
let queue: FakeJobQueue;
let errors: unknown[];
const now = at('2026-11-20T09:01:00.000Z');
const clock = { now: () => now };

beforeEach(async () => {
  database = await migratedDatabase(await freshDatabase());
  databases.push(database);
  repositories = createRepositories(database.db);
  queue = new FakeJobQueue();
  errors = [];
});
afterAll(async () => {
  for (const opened of databases) await opened.close();
});

const fact: FindingFact = {
  key: 'refused namespace0.0',
  code: 'ALTMAP_REFUSED',
  severity: 'critical',
  subject: 'namespace0.0',
  summary: 'would not come up',
  facts: {},
};

/** The config is the input; a config that says "broken" gives a finding. */
const openCase: OpenCase = (evidence) => {
  const config = new TextDecoder().decode(evidence.get('config'));
  return {
    input: { config },
    diagnostics: [],
    assess: () => assessment(),
    findings: () => (config.includes('broken') ? [fact] : []),
  };
};

function worker(): CheckReport {
  const onEnqueueError = (error: unknown): number => errors.push(error);
  const { checks, blobs } = repositories;
  const configHistory = new RecordConfigChange(repositories.configHistory, blobs, diffSymbols);
  const policies = new ActivePolicy(repositories.policies);
  return new CheckReport({
    checks,
    blobs,
    configHistory,
    policies,
    queue,
    clock,
    openCase,
    engineVersion: 'engine-1',
    onEnqueueError,
  });
}

async function sent(hostId: string, config: string, release = '6.12.0'): Promise<string> {
  const part = await stored(repositories, 'config', config);
  const committed = await repositories.reports.commit(report(hostId, [part], { release }));
  if ('missing' in committed) throw new Error('expected every blob to be stored');
  return committed.reportId;
}

const tellingSomebody = () => alerting(repositories);

/** Runs what the checks asked for, as a worker would; every message is taken. */
async function told(): Promise<string[]> {
  const flush = new FlushAlerts({ alerts: repositories.alerts, queue, clock, hostGoneMs: 86_400_000 });
  const said: string[] = [];
  for (let job = queue.jobs.shift(); job !== undefined; job = queue.jobs.shift()) {
    if (job.name === 'flush-alerts') await flush.handle(job.payload);
    if (job.name !== 'deliver-notification') continue;
    const { notificationId } = job.payload;
    const { content } = (await repositories.alerts.load(notificationId)) ?? {};
    said.push(...(content?.alerts.map(({ status, episode }) => `${status} ${episode}`) ?? []));
    await repositories.alerts.recordAttempt(notificationId, { at: now, latencyMs: 1, status: 204, error: null });
  }
  return said;
}

const verdictSets = () => database.db.selectFrom('verdict_set').select('id').execute();
const states = () => database.db.selectFrom('report').select(['state', 'verdict_set_id']).execute();
const openFindings = (hostId: string) => repositories.fleet.openFindingsByHosts([hostId]);

it('ends one report once, whoever works on it at the same moment', async () => {
  await tellingSomebody();
  const { hostId } = await enrolled(repositories);
  const reportId = await sent(hostId, 'broken');
  await Promise.all(Array.from({ length: 5 }, () => worker().handle({ reportId })));
  const sets = await verdictSets();
  expect(sets).toHaveLength(1);
  expect(await states()).toEqual([{ state: 'checked', verdict_set_id: sets[0]?.id }]);
  expect(await openFindings(hostId)).toMatchObject([{ ...fact, episode: 1, reportId }]);
  expect(queue.jobs).toHaveLength(1);
});

it('judges equal inputs of many hosts into one verdict set', async () => {
  const reportIds: string[] = [];
  for (let n = 0; n < 12; n += 1) {
    const { hostId } = await enrolled(repositories);
    reportIds.push(await sent(hostId, 'the same config'));
  }
  await Promise.all(reportIds.map((reportId) => worker().handle({ reportId })));
  const sets = await verdictSets();
  expect(sets).toHaveLength(1);
  expect(await states()).toEqual(reportIds.map(() => ({ state: 'checked', verdict_set_id: sets[0]?.id })));
});

it('opens, resolves and opens anew, and tells of each once', async () => {
  await tellingSomebody();
  const { hostId } = await enrolled(repositories);
  const said: string[][] = [];
  for (const config of ['broken', 'broken, again', 'mended', 'broken']) {
    await worker().handle({ reportId: await sent(hostId, config) });
    said.push(await told());
  }
  expect(await openFindings(hostId)).toMatchObject([{ key: fact.key, episode: 2 }]);
  expect(said).toEqual([['firing 1'], [], ['resolved 1'], ['firing 2']]);
});

it('tells a rule that came later at the next report', async () => {
  const { hostId } = await enrolled(repositories);
  await worker().handle({ reportId: await sent(hostId, 'broken') });
  await tellingSomebody();
  await worker().handle({ reportId: await sent(hostId, 'broken, again') });
  expect(await told()).toEqual(['firing 1']);
});

it('leaves the findings alone when a newer report of the host was there first', async () => {
  const { hostId } = await enrolled(repositories);
  const older = await sent(hostId, 'mended', '6.12.1');
  const newer = await sent(hostId, 'broken', '6.12.2');
  await worker().handle({ reportId: newer });
  await worker().handle({ reportId: older });
  expect(await openFindings(hostId)).toMatchObject([{ key: fact.key, reportId: newer }]);
});

it('leaves what could not be enqueued to the sweeper', async () => {
  await tellingSomebody();
  const { hostId } = await enrolled(repositories);
  const reportId = await sent(hostId, 'broken');
  const waiting = await sent((await enrolled(repositories)).hostId, 'not checked yet');
  queue.fail = true;
  await worker().handle({ reportId });
  expect(errors).toHaveLength(1);
  queue.fail = false;

  const later = { now: () => at('2026-11-20T09:03:00.000Z') };
  const retention = { runBatch: async () => {} };
  const waiveFindings = { endExpired: async () => {} };
  await new Sweep({ ...repositories, retention, waiveFindings, queue, clock: later, strandedAfterMs: 60_000 }).handle();
  expect(queue.jobs).toEqual([
    { name: 'check-report', payload: { reportId: waiting } },
    { name: 'flush-alerts', payload: expect.anything() },
  ]);
});

it('keeps the reason why a report could not be checked', async () => {
  const { hostId } = await enrolled(repositories);
  const reportId = await sent(hostId, 'broken');
  await worker().dead({ reportId }, 'the engine stumbled');
  expect(await repositories.fleet.reportsByIds([reportId])).toMatchObject([
    { state: 'failed', failure: 'the engine stumbled' },
  ]);
  await worker().handle({ reportId });
  expect(await verdictSets()).toEqual([]);
});
