import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { createMetrics } from '@altmap/platform';
import { findProgram } from '@altmap/testkit';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';

const run = promisify(execFile);
const at = (path: string): string => fileURLToPath(new URL(`../../docker/${path}`, import.meta.url));

const Dashboard = z.object({
  title: z.literal('Altmap'),
  schemaVersion: z.int(),
  panels: z
    .array(
      z.object({
        id: z.int(),
        title: z.string().min(1),
        type: z.enum(['timeseries', 'stat']),
        gridPos: z.object({ x: z.int().max(23), y: z.int(), w: z.int().max(24), h: z.int() }),
        targets: z.array(z.object({ refId: z.string(), expr: z.string().min(1) })).min(1),
      }),
    )
    .min(1),
});

const dashboard = async () => Dashboard.parse(JSON.parse(await readFile(at('grafana/altmap.json'), 'utf8')));
const expressions = async (): Promise<string[]> =>
  (await dashboard()).panels.flatMap(({ targets }) => targets.map(({ expr }) => expr));

it('rules and dashboard ask only for metrics that there are', async () => {
  const metrics = createMetrics();
  const names = new Set((await metrics.text()).match(/^# TYPE \S+/gm)?.map((line) => line.slice('# TYPE '.length)));
  const asked = [await readFile(at('prometheus/alerts.yml'), 'utf8'), ...(await expressions())]
    .join('\n')
    .matchAll(/\baltmap_[a-z_]+/g);
  for (const [name] of asked) expect(names).toContain(name.replace(/_bucket$/, ''));
});

it('every panel of the dashboard has a number of its own', async () => {
  const ids = (await dashboard()).panels.map(({ id }) => id);
  expect(new Set(ids).size).toBe(ids.length);
});

const promtool = findProgram('promtool');
if (promtool === null && process.env['CI']) throw new Error('CI must run these: there is no promtool on the PATH');

describe.skipIf(promtool === null)("what Prometheus' own promtool says (needs promtool on the PATH)", () => {
  it('takes the alert rules', async () => {
    const { stdout } = await run(String(promtool), ['check', 'rules', at('prometheus/alerts.yml')]);
    expect(stdout).toMatch(/SUCCESS: \d+ rules found/);
  });

  it('takes every expression of the dashboard', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'altmap-promtool-'));
    try {
      const rules = (await expressions()).map((expr, n) => ({ record: `altmap:panel:${n}`, expr }));
      const file = join(folder, 'rules.yml');
      await writeFile(file, JSON.stringify({ groups: [{ name: 'dashboard', rules }] }));
      const { stdout } = await run(String(promtool), ['check', 'rules', file]);
      expect(stdout).toContain(`SUCCESS: ${rules.length} rules found`);
    } finally {
      await rm(folder, { recursive: true });
    }
  });
});
