import type { JobPayload } from '@altmap/protocol';
import { flushJob } from '../alerts/flush-alerts.ts';
import { routeAlerts } from '../alerts/route-alerts.ts';
import { planFindingChanges, withoutWaived } from '../findings/plan-finding-changes.ts';
import { waiverFor } from '../findings/waiver.ts';
import type { RecordConfigChange } from '../history/record-config-change.ts';
import type { ActivePolicy } from '../policies/active-policy.ts';
import type { JobHandler, JobQueue } from '../queue/job-queue.ts';
import type { CheckRepository } from './check.ts';
import { JudgeReport, type JudgeReportPorts } from './judge-report.ts';

export interface CheckReportPorts extends JudgeReportPorts {
  readonly checks: CheckRepository;
  readonly configHistory: Pick<RecordConfigChange, 'record'>;
  readonly policies: ActivePolicy;
  readonly queue: JobQueue;
  /** Told when the job of an alert that is stored could not be enqueued: the sweeper will do it later. */
  readonly onEnqueueError: (error: unknown) => void;
}

/** Judges one report: reads its evidence, finds or makes the verdict set, and updates the host's findings. */
export class CheckReport implements JobHandler<'check-report'> {
  readonly name = 'check-report';
  readonly #ports: CheckReportPorts;
  readonly #judgeReport: JudgeReport;

  constructor(ports: CheckReportPorts) {
    this.#ports = ports;
    this.#judgeReport = new JudgeReport(ports);
  }

  async handle({ reportId }: JobPayload<'check-report'>): Promise<void> {
    const { checks, configHistory, policies, clock } = this.#ports;
    const report = await checks.load(reportId);
    if (report === null || report.state !== 'received') return;
    await configHistory.record(reportId);
    const { verdictSetId, findings, diagnostics } = await this.#judgeReport.judge(report, await policies.current());

    const at = clock.now();
    const groups = await checks.transact(async (transaction) => {
      const locked = await transaction.lock(reportId);
      if (locked === null || locked.state !== 'received') return [];
      await transaction.markChecked(reportId, verdictSetId, diagnostics, at);
      if (!locked.isLatest) return [];
      const stored = await transaction.findings(locked.hostId);
      const host = await transaction.host(locked.hostId);
      const waivers = await transaction.waivers(at);
      const waivedBy = (code: string): string | null => waiverFor(waivers, host, code)?.id ?? null;
      const changes = planFindingChanges(stored, findings, { hostId: host.id, reportId, at, waivedBy });
      await transaction.applyFindings(changes);
      return transaction.applyAlerts(routeAlerts(await transaction.alertRules(), host, withoutWaived(changes)), at);
    });
    await this.#enqueue(groups, at);
  }

  async dead({ reportId }: JobPayload<'check-report'>, reason: string): Promise<void> {
    await this.#ports.checks.markFailed(reportId, reason, this.#ports.clock.now());
  }

  async #enqueue(groups: readonly { groupId: string; groupWaitMs: number }[], at: Date): Promise<void> {
    try {
      for (const { groupId, groupWaitMs } of groups) {
        const { job, delayMs } = flushJob(groupId, new Date(at.getTime() + groupWaitMs), at);
        await this.#ports.queue.add(job, delayMs);
      }
    } catch (error) {
      this.#ports.onEnqueueError(error);
    }
  }
}
