import { createLogger, createMetrics } from '@altmap/platform';
import type { JobEvent } from '@altmap/queue';
import { expect, it } from 'vitest';
import { recordJobEvents } from './record-job-events.ts';

function record(events: readonly JobEvent[]) {
  const lines: string[] = [];
  const logger = createLogger({ ALTMAP_LOG_LEVEL: 'debug' }, 'worker', { write: (line) => lines.push(line) });
  const metrics = createMetrics();
  const onEvent = recordJobEvents(logger, metrics);
  for (const event of events) onEvent(event);
  return { log: lines.map((line) => JSON.parse(line) as Record<string, unknown>), lines, metrics };
}

it('writes a line for each thing that happens to a job', () => {
  const payload = { reportId: '0193559e-5f3c-7bb0-8a3e-9ad5ee3fae10' };
  const { log, lines } = record([
    { type: 'done', name: 'sweep', attempt: 1, ms: 3 },
    { type: 'failed', name: 'check-report', attempt: 2, reason: 'no' },
    { type: 'dead', name: 'check-report', payload, reason: 'no' },
    { type: 'dead-unkept', name: 'check-report', reason: 'no database' },
    { type: 'unfit', name: 'make-coffee', reason: 'no job "make-coffee"' },
    { type: 'stalled', queue: 'checks', jobId: '7' },
    { type: 'abandoned', names: ['sweep'] },
  ]);
  expect(log).toMatchObject([
    { level: 20, name: 'worker', job: 'sweep', attempt: 1 },
    { level: 40, job: 'check-report', attempt: 2, reason: 'no' },
    { level: 50, job: 'check-report', payload, reason: 'no' },
    { level: 50, job: 'check-report', reason: 'no database' },
    { level: 50, job: 'make-coffee', reason: 'no job "make-coffee"' },
    { level: 40, queue: 'checks', jobId: '7' },
    { level: 40, jobs: ['sweep'] },
  ]);
  for (const line of lines) expect(line.match(/"name":/g)).toHaveLength(1);
});

it('counts attempts by job and result', async () => {
  const { metrics } = record([
    { type: 'done', name: 'check-report', attempt: 1, ms: 30 },
    { type: 'failed', name: 'deliver-notification', attempt: 1, reason: 'answered 500' },
    { type: 'done', name: 'deliver-notification', attempt: 2, ms: 40 },
    { type: 'dead', name: 'deliver-notification', payload: {}, reason: 'answered 500' },
    { type: 'unfit', name: 'of whatever name', reason: 'x' },
  ]);
  const text = await metrics.text();
  const samples = text.split('\n').filter((line) => /^altmap_jobs_total\{/.test(line));
  expect(samples).toEqual([
    'altmap_jobs_total{name="check-report",result="done"} 1',
    'altmap_jobs_total{name="deliver-notification",result="failed"} 1',
    'altmap_jobs_total{name="deliver-notification",result="done"} 1',
    'altmap_jobs_total{name="deliver-notification",result="dead"} 1',
    'altmap_jobs_total{name="unknown",result="dead"} 1',
  ]);
});

it('writes the same error once, however often it comes', () => {
  const away: JobEvent = { type: 'error', error: new Error('connect ECONNREFUSED') };
  const { log } = record([away, away, { type: 'error', error: new Error('other') }, away]);
  expect(log.map(({ err }) => (err as { message: string }).message)).toEqual(['connect ECONNREFUSED', 'other']);
});
