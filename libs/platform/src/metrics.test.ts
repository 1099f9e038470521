import { describe, expect, it } from 'vitest';
import { createMetrics } from './metrics.ts';

describe('createMetrics', () => {
  it('gives Prometheus text with our metrics and those of the process', async () => {
    const metrics = createMetrics();
    metrics.reports.inc({ answer: 'accepted' });
    const text = await metrics.text();
    expect(text).toContain('altmap_reports_total{answer="accepted"} 1');
    expect(text).toContain('process_cpu_seconds_total');
  });

  it('keeps registries apart and looks gauges up when they are read', async () => {
    const [one, two] = [createMetrics(), createMetrics()];
    let depth = 0;
    one.onScrape(async () => one.queueJobs.set({ queue: 'checks', state: 'waiting' }, ++depth));
    expect(await one.text()).toContain('altmap_queue_jobs{queue="checks",state="waiting"} 1');
    expect(await one.text()).toContain('altmap_queue_jobs{queue="checks",state="waiting"} 2');
    expect(await two.text()).not.toContain('altmap_queue_jobs{');
  });
});
