import type { Job } from '@altmap/protocol';
import type { AlertRepository } from '../alerts/alert-repository.ts';
import { flushJob } from '../alerts/flush-alerts.ts';
import type { Clock } from '../clock.ts';
import type { WaiveFindings } from '../findings/waive-findings.ts';
import type { HeartbeatRepository } from '../health/heartbeat.ts';
import type { BlobRepository, ReportRepository } from '../intake/report.ts';
import type { JobHandler, JobQueue } from '../queue/job-queue.ts';
import type { RejudgeRepository } from '../rejudge/rejudge-run.ts';
import type { Retention } from '../retention/retention.ts';

export interface SweepPorts {
  readonly reports: ReportRepository;
  readonly alerts: AlertRepository;
  readonly blobs: BlobRepository;
  readonly heartbeats: HeartbeatRepository;
  readonly rejudges: Pick<RejudgeRepository, 'listStranded'>;
  readonly waiveFindings: Pick<WaiveFindings, 'endExpired'>;
  readonly retention: Pick<Retention, 'runBatch'>;
  readonly queue: JobQueue;
  readonly clock: Clock;
  /** Rows in an outbox that are older than this get their job again. Milliseconds. */
  readonly strandedAfterMs: number;
}

const BATCH = 1_000;
const ORPHAN_MS = 24 * 60 * 60 * 1_000;
const SILENT_WORKER_MS = 60 * 60 * 1_000;

/** Makes good what a crash left: whatever Postgres says is still to be done is enqueued again. Also clears leftovers. */
export class Sweep implements JobHandler<'sweep'> {
  readonly name = 'sweep';
  readonly #ports: SweepPorts;

  constructor(ports: SweepPorts) {
    this.#ports = ports;
  }

  async handle(): Promise<void> {
    const { reports, alerts, blobs, heartbeats, queue, clock, strandedAfterMs } = this.#ports;
    const at = clock.now();
    const now = at.getTime();
    const before = new Date(now - strandedAfterMs);
    const jobs: Job[] = [
      ...(await reports.listStranded(before, BATCH)).map(
        (reportId): Job => ({ name: 'check-report', payload: { reportId } }),
      ),
      ...(await alerts.listStranded(before, BATCH)).map(
        (notificationId): Job => ({ name: 'deliver-notification', payload: { notificationId } }),
      ),
      ...(await alerts.listOverdueGroups(at, before, BATCH)).map((groupId) => flushJob(groupId, at, at).job),
    ];
    for (const runId of await this.#ports.rejudges.listStranded(before, BATCH)) {
      jobs.push({ name: 'rejudge', payload: { runId } });
    }
    if (jobs.length > 0) await queue.addMany(jobs);
    await this.#ports.waiveFindings.endExpired();
    await blobs.removeOrphans(new Date(now - ORPHAN_MS), BATCH);
    await this.#ports.retention.runBatch();
    await heartbeats.prune(new Date(now - SILENT_WORKER_MS));
  }

  async dead(): Promise<void> {
    // The next sweep is scheduled anyway and does all that this one did not.
  }
}
