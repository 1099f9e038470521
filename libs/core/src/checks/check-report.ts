import { createHash } from 'node:crypto';
import { promisify } from 'node:util';
import { zstdDecompress } from 'node:zlib';
import type { Assessment, HostCase, OpenCase } from '@altmap/policy';
import type { Job, JobPayload, PartKind } from '@altmap/protocol';
import { planNotifications } from '../alerts/plan-notifications.ts';
import { type Clock, newId } from '../clock.ts';
import { planFindingChanges } from '../findings/plan-finding-changes.ts';
import type { BlobRepository } from '../intake/report.ts';
import type { JobHandler, JobQueue } from '../queue/job-queue.ts';
import type { CheckRepository } from './check.ts';

const decompress = promisify(zstdDecompress);

export interface CheckReportPorts {
  readonly checks: CheckRepository;
  readonly blobs: BlobRepository;
  readonly queue: JobQueue;
  readonly clock: Clock;
  readonly openCase: OpenCase;
  readonly engineVersion: string;
  /** Told when a stored notification's job could not be enqueued: the sweeper will do it later. */
  readonly onEnqueueError: (error: unknown) => void;
}

/** Judges one report: reads its evidence, finds or makes the verdict set, and updates the host's findings. */
export class CheckReport implements JobHandler<'check-report'> {
  readonly name = 'check-report';
  readonly #ports: CheckReportPorts;

  constructor(ports: CheckReportPorts) {
    this.#ports = ports;
  }

  async handle({ reportId }: JobPayload<'check-report'>): Promise<void> {
    const { checks, blobs, clock, openCase } = this.#ports;
    const report = await checks.load(reportId);
    if (report === null || report.state !== 'received') return;

    const evidence = new Map<PartKind, Uint8Array>();
    for (const [kind, zstd] of await blobs.partsOf(reportId)) evidence.set(kind, await decompress(zstd));
    const hostCase = openCase(evidence, { release: report.release, pageSize: report.pageSize });
    const { verdictSetId, assessment } = await this.#verdictSet(hostCase);
    const findings = hostCase.findings(assessment);

    const at = clock.now();
    const notificationIds = await checks.transact(async (transaction) => {
      const locked = await transaction.lock(reportId);
      if (locked === null || locked.state !== 'received') return [];
      await transaction.markChecked(reportId, verdictSetId, hostCase.diagnostics, at);
      if (!locked.isLatest) return [];
      const stored = await transaction.findings(locked.hostId);
      const changes = planFindingChanges(stored, findings, { hostId: locked.hostId, reportId, at });
      await transaction.applyFindings(changes);
      const notifications = planNotifications(await transaction.alertRules(), changes, at);
      return transaction.addNotifications(notifications);
    });
    await this.#enqueue(notificationIds);
  }

  async dead({ reportId }: JobPayload<'check-report'>, reason: string): Promise<void> {
    await this.#ports.checks.markFailed(reportId, reason, this.#ports.clock.now());
  }

  async #verdictSet(hostCase: HostCase): Promise<{ verdictSetId: string; assessment: Assessment }> {
    const { checks, clock, engineVersion } = this.#ports;
    const inputDigest = createHash('sha256').update(JSON.stringify(hostCase.input)).digest('hex');
    const known = await checks.findVerdictSet(engineVersion, inputDigest);
    if (known !== null) return { verdictSetId: known.id, assessment: known.assessment };
    const assessment = hostCase.assess();
    const verdictSetId = await checks.saveVerdictSet({ id: newId(), inputDigest, assessment, at: clock.now() });
    return { verdictSetId, assessment };
  }

  async #enqueue(notificationIds: readonly string[]): Promise<void> {
    if (notificationIds.length === 0) return;
    const jobs = notificationIds.map(
      (notificationId): Job => ({ name: 'deliver-notification', payload: { notificationId } }),
    );
    try {
      await this.#ports.queue.addMany(jobs);
    } catch (error) {
      this.#ports.onEnqueueError(error);
    }
  }
}
