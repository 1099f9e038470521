import { enrol, ReportClientError, sendReport } from '@altmap/protocol';
import type { SimulatedHost } from './fleet.ts';
import { randomFrom } from './random.ts';
import { type RowCounter, type RowCounts, rowsBetween } from './row-counts.ts';
import type { Traffic, Wire } from './wire.ts';

export interface RunOptions {
  /** In all, the first one of each host included. */
  readonly reports: number;
  /** Share of the later reports that say something new, from 0 to 1. */
  readonly changed: number;
  /** Hosts that talk at a time. */
  readonly concurrency: number;
  readonly enrollToken: string;
  readonly seed: number;
  /** Tells what the server's database has written; null where it is not counted. */
  readonly counter: Pick<RowCounter, 'read'> | null;
  /** Asked before each report: true ends the run early. */
  readonly stopped: () => boolean;
}

/** What came of it. Times in milliseconds. */
export interface FleetResult {
  readonly hosts: number;
  readonly enrolMs: number;
  readonly reportMs: number;
  readonly sent: number;
  readonly answers: Readonly<Record<'accepted' | 'unchanged' | 'failed', number>>;
  /** How often each error was the end of a report. */
  readonly errors: Readonly<Record<string, number>>;
  readonly blobs: number;
  readonly blobBytes: number;
  /** Of the reports alone, enrolment left out. */
  readonly traffic: Traffic;
  /** What was written while the reports were sent, also by the server's own work; null where it was not counted. */
  readonly rows: RowCounts | null;
}

/** A server that answers so many reports in a row with errors is left alone. */
const MOST_FAILURES_IN_A_ROW = 50;

/**
 * Enrols every host, then sends their reports in turn: no host ever has two under way.
 * @throws ReportClientError when a host cannot be enrolled
 */
export async function runFleet(hosts: readonly SimulatedHost[], wire: Wire, options: RunOptions): Promise<FleetResult> {
  const { reports, changed, concurrency, enrollToken, seed, counter, stopped } = options;
  const lanes = Math.min(concurrency, hosts.length);
  const inLanes = (work: (lane: number) => Promise<void>): Promise<void[]> =>
    Promise.all(Array.from({ length: lanes }, (_, lane) => work(lane)));

  const tokens: string[] = [];
  const enrolStarted = performance.now();
  await inLanes(async (lane) => {
    for (let i = lane; i < hosts.length && !stopped(); i += lanes) {
      const host = hosts[i];
      if (host === undefined) break;
      const { machine, name, labels } = host;
      tokens[i] = (await enrol(wire.client, enrollToken, { machine, name, labels: { ...labels } })).token;
    }
  });
  const enrolMs = performance.now() - enrolStarted;

  const rowsBefore = await counter?.read();
  const before = wire.traffic();
  const answers = { accepted: 0, unchanged: 0, failed: 0 };
  const errors: Record<string, number> = {};
  let blobs = 0;
  let blobBytes = 0;
  let failedInARow = 0;
  const random = hosts.map((_, i) => randomFrom(seed + i));
  const versions = hosts.map(() => 0);

  async function sendOne(i: number): Promise<void> {
    const host = hosts[i];
    const token = tokens[i];
    if (host === undefined || token === undefined) return;
    try {
      const sent = await sendReport(wire.client, token, host.report(versions[i] ?? 0, new Date()));
      answers[sent.state] += 1;
      blobs += sent.uploaded.length;
      blobBytes += sent.uploadedBytes;
      failedInARow = 0;
    } catch (error) {
      if (!(error instanceof ReportClientError)) throw error;
      answers.failed += 1;
      failedInARow += 1;
      const cause = error.problem?.code ?? (error.status === null ? 'no answer' : `HTTP ${error.status}`);
      errors[cause] = (errors[cause] ?? 0) + 1;
    }
  }

  const reportsStarted = performance.now();
  await inLanes(async (lane) => {
    for (let round = 0; round * hosts.length < reports; round++) {
      for (let i = lane; i < hosts.length && round * hosts.length + i < reports; i += lanes) {
        if (stopped() || failedInARow >= MOST_FAILURES_IN_A_ROW) return;
        if (round > 0 && (random[i]?.() ?? 1) < changed) versions[i] = (versions[i] ?? 0) + 1;
        await sendOne(i);
      }
    }
  });
  const reportMs = performance.now() - reportsStarted;
  const sent = answers.accepted + answers.unchanged + answers.failed;
  const traffic = difference(wire.traffic(), before);
  const rowsAfter = await counter?.read();
  const rows = rowsBefore === undefined || rowsAfter === undefined ? null : rowsBetween(rowsBefore, rowsAfter);
  return { hosts: hosts.length, enrolMs, reportMs, sent, answers, errors, blobs, blobBytes, traffic, rows };
}

function difference(after: Traffic, before: Traffic): Traffic {
  return {
    requests: after.requests - before.requests,
    connections: after.connections,
    bytesSent: after.bytesSent - before.bytesSent,
    bytesReceived: after.bytesReceived - before.bytesReceived,
    retries: after.retries - before.retries,
    waitedMs: after.waitedMs - before.waitedMs,
  };
}
