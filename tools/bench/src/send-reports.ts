import { setTimeout as sleep } from 'node:timers/promises';
import type { Database } from '@altmap/db';
import type { Wire } from '../../fleet-sim/src/wire.ts';
import { type PreparedReport, type Reporter, submit } from './prepared-reports.ts';

/** Requests under way at a time. */
export const LANES = 16;

/** Does the work for each item, so many at a time as there are lanes. */
export async function inLanes<T>(items: readonly T[], work: (item: T) => Promise<void>): Promise<void> {
  const left = items.values();
  await Promise.all(
    Array.from({ length: LANES }, async () => {
      for (const item of left) await work(item);
    }),
  );
}

/** One report of each reporter; gives milliseconds a report, until it is accepted. */
export async function sendAll(
  wire: Wire,
  reporters: readonly Reporter[],
  reports: readonly PreparedReport[],
): Promise<number> {
  const pairs = reporters.map((reporter, i) => [reporter, reports[i % reports.length]] as const);
  const started = performance.now();
  await inLanes(pairs, async ([reporter, report]) => {
    if (report !== undefined) await submit(wire, reporter, report);
  });
  return (performance.now() - started) / reporters.length;
}

/** Waits until the worker has checked every report. @throws Error when one failed */
export async function allChecked(database: Database): Promise<void> {
  for (;;) {
    const left = await database.selectFrom('report').select('state').where('state', '!=', 'checked').limit(1).execute();
    if (left.length === 0) return;
    if (left[0]?.state === 'failed') throw new Error('a report failed: its reason is in the database');
    await sleep(5);
  }
}
