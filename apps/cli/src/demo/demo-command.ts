import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type AlertWebhook, enrol, sendReport } from '@altmap/protocol';
import type { Command } from 'commander';
import type { Context } from '../context.ts';
import { machineOf } from '../evidence/machine-of.ts';
import { readEvidence } from '../evidence/read-evidence.ts';
import { InputError } from '../input-error.ts';
import { paletteFor } from '../output/palette.ts';
import { clientFor, contentsOf } from '../upload/upload-command.ts';
import { startAlertListener } from './alert-listener.ts';
import { type FleetHost, fetchFleet } from './fleet-query.ts';
import { type OutcomeStyle, ownKernelTable, whatIfTable } from './fleet-table.ts';

interface DemoOptions {
  readonly once: boolean;
  readonly samples: string;
}

const HELP = `
Starts everything in this process (Postgres, API, worker) on a folder that is thrown away, enrols the hosts in samples/,
uploads each host's kernel config and memory map by the protocol that the agent uses, waits until the worker has judged
them, and prints what GraphQL answers. A webhook receiver on loopback shows the first alert.

Examples:
  $ altmap demo          keeps serving until Ctrl-C
  $ altmap demo --once   for a script: exits 0 when done
`;

const JUDGED_WITHIN_MS = 120_000;
const ALERT_WITHIN_MS = 30_000;

export function addDemoCommand(program: Command, context: Context): void {
  program
    .command('demo')
    .summary('the whole system with a sample fleet')
    .description('Starts the whole system, sends a sample fleet through it and shows the answer.')
    .option('--once', 'stop when done', false)
    .option('--samples <directory>', 'captured hosts, one directory each', 'samples')
    .addHelpText('after', HELP)
    .action((options: DemoOptions) => demo(options, context));
}

async function demo({ once, samples }: DemoOptions, context: Context): Promise<void> {
  const { terminal } = context;
  const print = (text: string): void => terminal.out.write(`${text}\n`);
  const hosts = await capturesIn(samples);
  const { receiverAdd, startSystem, tokenCreate, untilStopped } = await import('@altmap/standalone');
  const dataDir = await mkdtemp(join(tmpdir(), 'altmap-demo-'));
  const closers: (() => Promise<unknown>)[] = [() => rm(dataDir, { recursive: true, force: true })];
  try {
    const started = performance.now();
    print('Starting Postgres, API and worker ...');
    const environment = {
      ALTMAP_LOG_LEVEL: 'error',
      ALTMAP_LISTEN_PORT: once ? '0' : '8790',
      ...terminal.env,
      ALTMAP_DATA_DIR: dataDir,
      ALTMAP_WEBHOOK_ALLOW: '127.0.0.0/8',
    };
    const system = await startSystem(environment);
    closers.push(system.stop);
    const stopped = untilStopped();
    print(`Ready on ${system.apiUrl} after ${((performance.now() - started) / 1_000).toFixed(1)} s`);

    const at = { ...environment, ALTMAP_DATABASE_URL: system.databaseUrl };
    const reader = await tokenCreate(at, { kind: 'reader', name: 'demo' });
    const enroller = await tokenCreate(at, { kind: 'enroll', name: 'demo' });
    let secret: string | null = null;
    const listener = await startAlertListener(() => secret ?? '');
    closers.push(listener.close);
    const hook = { kind: 'webhook', name: 'demo', url: listener.url, minSeverity: 'warning' } as const;
    secret = (await receiverAdd(at, hook)).secret;

    const client = clientFor(system.apiUrl, context);
    for (const path of hosts) {
      const evidence = await readEvidence(path, { files: new Map() }, terminal);
      const machine = await machineOf(evidence);
      const host = { machine, name: evidence.name, labels: { ...evidence.labels } };
      const { token } = await enrol(client, enroller.token, host);
      const sent = await sendReport(client, token, {
        machine,
        collectedAt: new Date().toISOString(),
        release: evidence.release,
        pageSize: evidence.pageSize,
        parts: contentsOf(evidence),
        absent: [],
      });
      print(
        `  ${evidence.name}: enrolled, report ${sent.state} (${sent.uploaded.length} of ${evidence.parts.size} parts sent)`,
      );
    }

    const fleet = await untilJudged(system.apiUrl, reader.token);
    const palette = paletteFor(context.color(), terminal.out, terminal.env);
    const style: OutcomeStyle = (outcome) =>
      palette.outcome[outcome as keyof typeof palette.outcome] ?? ((text) => text);
    print(`\nOn the kernel that each host runs\n\n${ownKernelTable(fleet, style, terminal.out.columns)}`);
    print(`What if the same kernel were built for other pages\n\n${whatIfTable(fleet, style, terminal.out.columns)}`);
    await showAlert(listener.received, print);
    print(
      `GraphQL   ${system.apiUrl}/graphql\nAPI       ${system.apiUrl}/v1/openapi.json\nMetrics   ${system.apiUrl}/metrics`,
    );
    print(`Docs      docs/architecture.md\n\nReader token for this demo: ${reader.token}`);
    if (once) return;
    print('Serving until Ctrl-C.');
    await stopped;
  } finally {
    for (const close of closers.reverse()) await close();
  }
}

async function capturesIn(directory: string): Promise<string[]> {
  let entries: { name: string; isDirectory(): boolean }[];
  try {
    entries = await readdir(directory, { withFileTypes: true });
  } catch {
    throw new InputError(`${directory}: expected a directory with one captured host in each of its directories`);
  }
  const hosts = entries.filter((entry) => entry.isDirectory()).map((entry) => join(directory, entry.name));
  if (hosts.length === 0) throw new InputError(`${directory}: expected at least one directory with a captured host`);
  return hosts.sort();
}

async function untilJudged(apiUrl: string, token: string): Promise<FleetHost[]> {
  for (const until = Date.now() + JUDGED_WITHIN_MS; ; await sleep(200)) {
    const fleet = await fetchFleet(apiUrl, token);
    const waiting = fleet.filter((host) => host.report?.state === 'RECEIVED');
    if (waiting.length === 0) return fleet;
    if (Date.now() > until) throw new Error(`not judged in time: ${waiting.map((host) => host.name).join(', ')}`);
  }
}

async function showAlert(received: readonly AlertWebhook[], print: (text: string) => void): Promise<void> {
  for (const until = Date.now() + ALERT_WITHIN_MS; received.length === 0; await sleep(50)) {
    if (Date.now() > until) throw new Error('no alert arrived at the webhook');
  }
  const alerts = received.flatMap(({ data }) => data.alerts);
  const critical = alerts.find((alert) => alert.severity === 'critical') ?? alerts[0];
  if (critical === undefined) return;
  const { host, severity, subject, summary } = critical;
  print(
    `Alert received by the webhook, signature good (${alerts.length} so far)\n  ${severity}: ${host.name}, ${subject}: ${summary}\n`,
  );
}
