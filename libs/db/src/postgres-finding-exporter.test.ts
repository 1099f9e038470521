import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { EXPORT_FORMATS, type ExportFormat, type FindingFilter, newId, WaiveFindings } from '@altmap/core';
import { freshDatabase } from '@altmap/testkit';
import { Ajv } from 'ajv';
import formats from 'ajv-formats';
import type { Log } from 'sarif';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type MigratedDatabase, migratedDatabase } from '../test/migrated-database.ts';
import { at, finding, reported } from '../test/samples.ts';
import { createRepositories, type Repositories } from './create-repositories.ts';

const MANY = 1_203;
const ODD = 'a "quoted", <odd> & broken\nname\u0001';
let database: MigratedDatabase;
let repositories: Repositories;

/** Three states, several pieces, many findings of one moment, and texts that every form has to escape. */
beforeAll(async () => {
  database = await migratedDatabase(await freshDatabase());
  repositories = createRepositories(database.db);
  const { hostId, reportId } = await reported(repositories, { name: ODD, labels: { env: 'prod', site: 'bern' } });
  const findings = Array.from({ length: MANY }, (_, i) =>
    finding(hostId, reportId, {
      id: newId(),
      key: `key ${i}`,
      code: i % 3 === 0 ? 'RANGE_OOPS' : i % 3 === 1 ? 'OF_OUR_OWN' : 'GONE',
      severity: i % 2 === 0 ? 'critical' : 'info',
      summary: `would not come up, says "${ODD}"`,
      firstSeenAt: at(`2026-11-20T09:0${Math.floor(i / 300)}:00.000Z`),
      resolvedAt: i % 3 === 2 ? at('2026-11-20T10:00:00.000Z') : null,
    }),
  );
  await repositories.checks.transact((transaction) =>
    transaction.applyFindings({ opened: findings, seen: [], resolved: [] }),
  );
  const waive = new WaiveFindings({
    waivers: repositories.waivers,
    clock: { now: () => at('2026-11-20T10:00:00.000Z') },
    queue: null,
    onEnqueueError: () => {},
  });
  const expiresAt = at('2026-12-20T10:00:00.000Z');
  await waive.add({ reason: `known: ${ODD}`, owner: 'ann', expiresAt, code: 'OF_OUR_OWN' }, 'test');
});
afterAll(() => database.close());

async function exported(format: ExportFormat, filter: FindingFilter): Promise<string> {
  let text = '';
  const pieces = EXPORT_FORMATS[format].render(repositories.findingExporter.stream(filter));
  for await (const piece of pieces) text += piece;
  return text;
}

it('holds one piece at a time, gives each finding once, and the newest first', async () => {
  const keys = new Set<string>();
  const times: number[] = [];
  for await (const piece of repositories.findingExporter.stream({ state: 'all' })) {
    expect(piece.length).toBeLessThanOrEqual(500);
    for (const one of piece) {
      keys.add(one.key);
      times.push(one.firstSeenAt.getTime());
    }
  }
  expect(keys.size).toBe(MANY);
  expect(times).toHaveLength(MANY);
  expect(times).toEqual(times.toSorted((a, b) => b - a));
});

it('NDJSON: a line for each, with state, evidence and waiver', async () => {
  const lines = (await exported('ndjson', { state: 'all' }))
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line));
  expect(lines).toHaveLength(MANY);
  const count = (state: string): number => lines.filter((one) => one.state === state).length;
  expect([count('open'), count('waived'), count('resolved')]).toEqual([401, 401, 401]);
  expect(lines.find((one) => one.state === 'waived')).toMatchObject({
    host: { name: expect.stringContaining('quoted'), labels: { env: 'prod' } },
    evidence: { release: '6.12.0-64k', pageSize: 65536, engineVersion: null, inputDigest: null },
    waiver: { owner: 'ann', expiresAt: '2026-12-20T10:00:00.000Z' },
  });
  expect(await exported('ndjson', { state: 'open', code: ['NONE'] })).toBe('');
});

it('CSV: a second reader of RFC 4180 gets back what was written', async () => {
  const text = await exported('csv', { state: 'waived', severity: ['critical'] });
  const rows: string[][] = [[]];
  for (const [, quoted, plain, end] of text.matchAll(/(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r\n)/gy)) {
    rows.at(-1)?.push(quoted === undefined ? (plain ?? '') : quoted.replaceAll('""', '"'));
    if (end === '\r\n') rows.push([]);
  }
  const [header = [], ...body] = rows.slice(0, -1);
  expect(body.length).toBe(200);
  for (const row of body) expect(row).toHaveLength(header.length);
  const first = Object.fromEntries(header.map((name, i) => [name, body[0]?.[i]]));
  expect(first).toMatchObject({
    state: 'waived',
    code: 'OF_OUR_OWN',
    labels: 'env=prod site=bern',
    page_size: '65536',
  });
  expect(first['summary']).toContain('says "a "quoted", <odd> & broken\nname');
});

it('SARIF: a result for each, with the rules that they name', async () => {
  const log = JSON.parse(await exported('sarif', { state: 'all' })) as Log;
  const [run] = log.runs;
  expect(run?.results).toHaveLength(MANY);
  const rules = run?.tool.driver.rules ?? [];
  for (const { ruleId, ruleIndex } of run?.results ?? []) expect(rules[ruleIndex ?? -1]?.id).toBe(ruleId);
  expect(rules.find(({ id }) => id === 'RANGE_OOPS')?.shortDescription?.text).toContain('crashes');
  const suppressed = (run?.results ?? []).filter(({ suppressions }) => suppressions !== undefined);
  expect(suppressed).toHaveLength(401);
  expect(suppressed[0]?.suppressions?.[0]).toMatchObject({ kind: 'external', status: 'accepted' });
  expect((run?.results ?? []).filter(({ baselineState }) => baselineState === 'absent')).toHaveLength(401);
  const none = JSON.parse(await exported('sarif', { code: ['NONE'] })) as Log;
  expect(none.runs[0]?.results).toEqual([]);
});

/** Microsoft's copy of the OASIS schema of SARIF 2.1.0, from the package @microsoft/jest-sarif. */
function sarifSchema(): object | null {
  try {
    const path = createRequire(import.meta.url).resolve('@microsoft/jest-sarif/lib/schemas/sarif-2.1.0-rtm.5.json');
    // It says draft-04, of which it uses nothing that later drafts took away but these two.
    const { id: _id, $schema: _draft, ...rest } = JSON.parse(readFileSync(path, 'utf8')) as Record<string, unknown>;
    return rest;
  } catch {
    return null;
  }
}
const schema = sarifSchema();

it.skipIf(schema === null)(
  'SARIF passes the schema (skipped where @microsoft/jest-sarif is not installed)',
  async () => {
    const ajv = new Ajv({ strict: false, allErrors: true, unicodeRegExp: false });
    formats.default(ajv);
    const validate = ajv.compile(schema ?? {});
    for (const filter of [{ state: 'all' }, { code: ['NONE'] }] as const) {
      validate(JSON.parse(await exported('sarif', filter)));
      expect(validate.errors).toBeNull();
    }
    expect(validate({ version: '2.1.0', runs: [{ results: [{}] }] })).toBe(false);
  },
);

const hasPython = spawnSync('python3', ['-V']).status === 0;

it.skipIf(!hasPython)(
  'JUnit: another XML parser counts what the suites say (skipped where there is no python3)',
  async () => {
    const count = `
import sys, json, xml.etree.ElementTree as e
suites = e.fromstring(sys.stdin.buffer.read()).findall("testsuite")
told = lambda name: sum(int(suite.get(name)) for suite in suites)
real = lambda path: sum(len(suite.findall(path)) for suite in suites)
print(json.dumps([[told("tests"), told("failures"), told("skipped")], [real("testcase"), real("testcase/failure"), real("testcase/skipped")]]))
`;
    const input = await exported('junit', { state: 'all' });
    const { stdout, stderr } = spawnSync('python3', ['-c', count], { input, encoding: 'utf8' });
    expect(stderr).toBe('');
    expect(JSON.parse(stdout)).toEqual([
      [MANY, 401, 401],
      [MANY, 401, 401],
    ]);
  },
);
