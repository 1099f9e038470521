import type { Job } from '@altmap/protocol';
import type { JobQueue } from './job-queue.ts';

/** Keeps jobs in memory; `fail` makes the next additions throw, as a queue that is down would. */
export class FakeJobQueue implements JobQueue {
  readonly jobs: Job[] = [];
  readonly delays: number[] = [];
  fail = false;

  async add(job: Job, delayMs = 0): Promise<void> {
    if (this.fail) throw new Error('the queue is down');
    this.jobs.push(job);
    this.delays.push(delayMs);
  }

  async addMany(jobs: readonly Job[]): Promise<void> {
    for (const job of jobs) await this.add(job);
  }
}
