import { newId } from '@altmap/core';
import type { Assessment, Diagnostic } from '@altmap/policy';
import { freshDatabase } from '@altmap/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type MigratedDatabase, migratedDatabase } from '../test/migrated-database.ts';
import { assessment, at, enrolled, range, report, reported, sha256, stored, verdict } from '../test/samples.ts';
import { createRepositories, type Repositories } from './create-repositories.ts';

let database: MigratedDatabase;
let repositories: Repositories;
beforeAll(async () => {
  database = await migratedDatabase(await freshDatabase());
  repositories = createRepositories(database.db);
});
afterAll(() => database.close());

const now = at('2026-11-20T09:01:00.000Z');

function save(inputDigest: string, judged: Assessment = assessment(), id = newId()): Promise<string> {
  return repositories.checks.saveVerdictSet({ id, inputDigest, assessment: judged, at: now });
}

describe('verdict sets', () => {
  it('come back equal to what was judged', async () => {
    const judged = assessment({
      ranges: [
        { ...range, name: 'z-first' },
        { ...range, start: Number.MAX_SAFE_INTEGER, size: 0, region: null, mode: null, map: null, align: null },
      ],
      verdicts: [
        { ...verdict, question: 'made-anew', align: null },
        { ...verdict, range: 'z-first', basis: 'what-if', pageSize: 4096 },
        { ...verdict, mode: 'raw', pageSize: 16384 },
      ],
    });
    const id = newId();
    expect(await save(sha256('equal'), judged, id)).toBe(id);
    expect(await repositories.checks.findVerdictSet('engine-1', sha256('equal'))).toStrictEqual({
      id,
      assessment: judged,
    });
  });

  it('are found by engine version and inputs alone', async () => {
    await save(sha256('key'));
    expect(await repositories.checks.findVerdictSet('engine-2', sha256('key'))).toBe(null);
    expect(await repositories.checks.findVerdictSet('engine-1', sha256('other'))).toBe(null);
  });

  it('may be empty', async () => {
    const empty = assessment({ ranges: [], verdicts: [] });
    await save(sha256('empty'), empty);
    expect(await repositories.checks.findVerdictSet('engine-1', sha256('empty'))).toMatchObject({ assessment: empty });
  });

  it('are stored once, whole, by workers at the same moment, who all get the same', async () => {
    const ids = Array.from({ length: 6 }, () => newId());
    const saved = await Promise.all(ids.map((id) => save(sha256('race'), assessment(), id)));
    expect(new Set(saved).size).toBe(1);
    expect(ids).toContain(saved[0]);
    expect(await repositories.checks.findVerdictSet('engine-1', sha256('race'))).toEqual({
      id: saved[0],
      assessment: assessment(),
    });
  });

  it('hold more verdicts than one statement has parameters for', async () => {
    const verdicts = Array.from({ length: 6_000 }, (_, align) => ({ ...verdict, align }));
    await save(sha256('many'), assessment({ verdicts }));
    const found = await repositories.checks.findVerdictSet('engine-1', sha256('many'));
    expect(found?.assessment.verdicts.map((one) => one.align)).toEqual(verdicts.map((one) => one.align));
  });

  it('are refused, with nothing stored, when a verdict names a range that is not there', async () => {
    const judged = assessment({ verdicts: [{ ...verdict, range: 'namespace9.9' }] });
    await expect(save(sha256('broken'), judged)).rejects.toThrow(/namespace9\.9/);
    expect(await repositories.checks.findVerdictSet('engine-1', sha256('broken'))).toBe(null);
  });

  it('store text from hosts that Postgres cannot', async () => {
    const judged = assessment({
      ranges: [{ ...range, name: 'nul\0' }],
      verdicts: [{ ...verdict, range: 'nul\0', sentence: 'half \udc00' }],
    });
    await save(sha256('nul'), judged);
    const found = await repositories.checks.findVerdictSet('engine-1', sha256('nul'));
    expect(found?.assessment.verdicts).toMatchObject([{ range: 'nul\uFFFD', sentence: 'half \uFFFD' }]);
  });
});

describe('the end of a check', () => {
  const diagnostics: Diagnostic[] = [
    { source: 'iomem', line: 3, message: 'all zero', expected: 'read as root', severity: 'warning' },
  ];

  function end(reportId: string, verdictSetId: string): Promise<boolean> {
    return repositories.checks.transact(async (transaction) => {
      const locked = await transaction.lock(reportId);
      if (locked?.state !== 'received') return false;
      await transaction.markChecked(reportId, verdictSetId, diagnostics, now);
      return true;
    });
  }

  it('marks the report as checked, with its one verdict set and its diagnostics', async () => {
    const { reportId, hostId } = await reported(repositories);
    const verdictSetId = await save(sha256('mark'));
    expect(await end(reportId, verdictSetId)).toBe(true);
    expect(await repositories.fleet.reportsByIds([reportId])).toMatchObject([
      { hostId, state: 'checked', verdictSetId, checkedAt: now, diagnostics, failure: null },
    ]);
  });

  it('happens once when several workers have the same report at the same moment', async () => {
    const { reportId } = await reported(repositories);
    const sets = await Promise.all(['one', 'two', 'three', 'four'].map((text) => save(sha256(text))));
    const ended = await Promise.all(sets.map((set) => end(reportId, set)));
    expect(ended.filter((did) => did)).toHaveLength(1);
    const [stored] = await repositories.fleet.reportsByIds([reportId]);
    expect(stored?.verdictSetId).toBe(sets[ended.indexOf(true)]);
  });

  it('does not happen twice: a checked report keeps its set', async () => {
    const { reportId } = await reported(repositories);
    const [first, second] = [await save(sha256('first')), await save(sha256('second'))];
    await end(reportId, first);
    const again = repositories.checks.transact((transaction) => transaction.markChecked(reportId, second, [], now));
    await expect(again).rejects.toThrow(/not waiting to be checked/);
  });

  it('tells whether the report is still the latest of its host, and that it is gone', async () => {
    const { reportId, hostId } = await reported(repositories);
    const part = await stored(repositories, 'config', 'newer');
    const newer = report(hostId, [part], { release: '6.13.0' });
    await repositories.reports.commit(newer);
    const lock = (id: string) => repositories.checks.transact((transaction) => transaction.lock(id));
    expect(await lock(reportId)).toEqual({ state: 'received', hostId, isLatest: false });
    expect(await lock(newer.id)).toEqual({ state: 'received', hostId, isLatest: true });
    expect(await lock(newId())).toBe(null);
  });

  it('leaves nothing when the work throws', async () => {
    const { reportId } = await reported(repositories);
    const verdictSetId = await save(sha256('thrown'));
    const work = repositories.checks.transact(async (transaction) => {
      await transaction.lock(reportId);
      await transaction.markChecked(reportId, verdictSetId, diagnostics, now);
      throw new Error('the worker stumbles');
    });
    await expect(work).rejects.toThrow('the worker stumbles');
    expect(await repositories.checks.load(reportId)).toMatchObject({ state: 'received' });
  });
});

describe('markFailed', () => {
  it('keeps the reason, and leaves a checked report alone', async () => {
    const failed = await reported(repositories);
    await repositories.checks.markFailed(failed.reportId, 'junk \0 in config', now);
    expect(await repositories.fleet.reportsByIds([failed.reportId])).toMatchObject([
      { state: 'failed', failure: 'junk \uFFFD in config', verdictSetId: null },
    ]);

    const { reportId } = await reported(repositories);
    const verdictSetId = await save(sha256('not failed'));
    await repositories.checks.transact((transaction) => transaction.markChecked(reportId, verdictSetId, [], now));
    await repositories.checks.markFailed(reportId, 'too late', now);
    expect(await repositories.checks.load(reportId)).toMatchObject({ state: 'checked' });
  });
});

it('lets a host send again what could not be checked', async () => {
  const { hostId } = await enrolled(repositories);
  const part = await stored(repositories, 'config', 'CONFIG_ARM64=y # again\n');
  const sent = report(hostId, [part]);
  const committed = await repositories.reports.commit(sent);
  expect(await repositories.reports.touchUnchanged(hostId, sent.digest, now)).toBe(sent.id);
  await repositories.checks.markFailed(sent.id, 'a bug', now);
  expect(await repositories.reports.touchUnchanged(hostId, sent.digest, now)).toBe(null);
  const again = await repositories.reports.commit({ ...sent, id: newId() });
  expect(again).not.toEqual(committed);
});

it('loads nothing for a report that is not there', async () => {
  expect(await repositories.checks.load(newId())).toBe(null);
});
