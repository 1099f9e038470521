import { createHash } from 'node:crypto';
import { AltmapError, type Manifest, type ReportAnswer } from '@altmap/protocol';
import type { Principal } from '../access/principal.ts';
import { type Clock, newId } from '../clock.ts';
import type { JobQueue } from '../queue/job-queue.ts';
import type { ReportRepository } from './report.ts';

/** What a manifest says, time aside. The order of its lists does not matter. */
export function manifestDigest(manifest: Manifest): string {
  const said = [
    manifest.release,
    manifest.pageSize,
    manifest.parts.map((part) => `${part.kind} ${part.sha256}`).sort(),
    manifest.absent.map((absence) => `${absence.kind} ${absence.reason}`).sort(),
  ];
  return createHash('sha256').update(JSON.stringify(said)).digest('hex');
}

/** Takes a host's manifest: nothing that is acknowledged is lost, nothing unchanged is paid for. */
export class SubmitReport {
  readonly #reports: ReportRepository;
  readonly #queue: JobQueue;
  readonly #clock: Clock;
  readonly #onEnqueueError: (error: unknown, reportId: string) => void;

  /** `onEnqueueError` is told when a stored report's job could not be enqueued: the sweeper will do it later. */
  constructor(
    reports: ReportRepository,
    queue: JobQueue,
    clock: Clock,
    onEnqueueError: (error: unknown, reportId: string) => void,
  ) {
    this.#reports = reports;
    this.#queue = queue;
    this.#clock = clock;
    this.#onEnqueueError = onEnqueueError;
  }

  /** @throws AltmapError E_FORBIDDEN for a token that is no agent's, E_HOST_MISMATCH for a manifest of another machine. */
  async submit(principal: Principal, manifest: Manifest): Promise<ReportAnswer> {
    if (principal.kind !== 'agent') throw new AltmapError('E_FORBIDDEN', 'reports are sent with an agent token');
    if (manifest.machine !== principal.machine) {
      throw new AltmapError('E_HOST_MISMATCH', 'the manifest names a machine that this token was not issued to');
    }
    const now = this.#clock.now();
    const digest = manifestDigest(manifest);
    const unchanged = await this.#reports.touchUnchanged(principal.hostId, digest, now);
    if (unchanged !== null) return { state: 'unchanged', reportId: unchanged };

    const report = { id: newId(), hostId: principal.hostId, receivedAt: now, digest, manifest };
    const stored = await this.#reports.commit(report);
    if ('missing' in stored) return { state: 'incomplete', code: 'E_BLOBS_MISSING', missing: stored.missing };
    try {
      await this.#queue.add({ name: 'check-report', payload: { reportId: stored.reportId } });
    } catch (error) {
      this.#onEnqueueError(error, stored.reportId);
    }
    return { state: 'accepted', reportId: stored.reportId };
  }
}
