import { auditEvent } from '../audit/audit-event.ts';
import { type Clock, newId } from '../clock.ts';
import type { JobQueue } from '../queue/job-queue.ts';
import type { RejudgeRepository, RejudgeRun } from './rejudge-run.ts';

export interface RequestRejudgePorts {
  readonly rejudges: RejudgeRepository;
  readonly clock: Clock;
  /** null where whoever asks does the work itself. */
  readonly queue: JobQueue | null;
  /** Told when the job could not be enqueued: the sweeper will do it later. */
  readonly onEnqueueError: (error: unknown) => void;
}

/** Asks for a pass over all hosts. */
export class RequestRejudge {
  readonly #ports: RequestRejudgePorts;

  constructor(ports: RequestRejudgePorts) {
    this.#ports = ports;
  }

  async request(wish: Pick<RejudgeRun, 'dryRun' | 'candidate'>, actor: string): Promise<RejudgeRun> {
    const { rejudges, clock, queue, onEnqueueError } = this.#ports;
    const { dryRun, candidate } = wish;
    const run: RejudgeRun = {
      id: newId(),
      dryRun,
      candidate,
      engineVersion: null,
      requestedBy: actor,
      createdAt: clock.now(),
      state: 'pending',
      finishedAt: null,
      failure: null,
      hosts: 0,
      skipped: 0,
      opened: 0,
      resolved: 0,
      changed: 0,
    };
    const details = { dryRun, candidate: candidate !== null };
    const object = `rejudge ${run.id}`;
    await rejudges.add(run, auditEvent({ actor, action: 'rejudge.request', object, details }, clock));
    try {
      await queue?.add({ name: 'rejudge', payload: { runId: run.id } });
    } catch (error) {
      onEnqueueError(error);
    }
    return run;
  }
}
