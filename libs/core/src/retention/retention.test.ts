import { expect, it } from 'vitest';
import { FakeClock } from '../fake-clock.ts';
import { Retention, type RetentionRepository } from './retention.ts';

type Batch = Parameters<RetentionRepository['removeOld']>[0];

it('goes through all hosts batch by batch, and then from the first one again', async () => {
  const batches: Batch[] = [];
  const answers = ['host 500', 'host 1000', null];
  const retention: RetentionRepository = {
    async removeOld(batch) {
      batches.push(batch);
      return { last: answers[batches.length - 1] ?? null, reports: 0, hosts: 0 };
    },
  };
  const clock = new FakeClock();
  const one = new Retention({ retention, clock, keepMs: 60_000, keepReports: 7 });
  for (let i = 0; i < 4; i++) await one.runBatch();
  expect(batches.map(({ after }) => after)).toEqual([null, 'host 500', 'host 1000', null]);
  expect(batches[0]).toMatchObject({ before: new Date(clock.now().getTime() - 60_000), keepReports: 7 });
});
