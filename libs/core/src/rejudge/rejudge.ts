import type { FindingFact, Policy } from '@altmap/policy';
import type { JobPayload } from '@altmap/protocol';
import { flushJob } from '../alerts/flush-alerts.ts';
import type { CheckRepository, CheckTransaction } from '../checks/check.ts';
import type { JudgedReport, JudgeReport } from '../checks/judge-report.ts';
import type { Clock } from '../clock.ts';
import type { Finding, FindingChanges } from '../findings/finding.ts';
import { planFindingChanges, withoutWaived } from '../findings/plan-finding-changes.ts';
import { type WaitingGroup, waiverFor } from '../findings/waiver.ts';
import type { ActivePolicy } from '../policies/active-policy.ts';
import { policyOf } from '../policies/apply-policy.ts';
import type { JobHandler, JobQueue } from '../queue/job-queue.ts';
import type { RejudgeChange, RejudgeRepository, RejudgeRun } from './rejudge-run.ts';

/** Hosts that are asked for at a time. */
const BATCH = 100;
/** Answers that are kept for hosts with equal evidence. */
const REMEMBERED = 500;

export interface RejudgePorts {
  readonly rejudges: RejudgeRepository;
  readonly checks: Pick<CheckRepository, 'load'>;
  readonly judgeReport: JudgeReport;
  readonly policies: ActivePolicy;
  readonly clock: Clock;
  readonly engineVersion: string;
  /** null where there is none at hand: the sweeper sees what is to be told. */
  readonly queue: JobQueue | null;
}

/**
 * Judges the latest report of every host again. What it opens is alerted to nobody: a rule hears of it when the host reports it
 * again. Whoever was told of what it resolves, or finds to be waived, is told that it is over.
 */
export class Rejudge implements JobHandler<'rejudge'> {
  readonly name = 'rejudge';
  readonly #ports: RejudgePorts;

  constructor(ports: RejudgePorts) {
    this.#ports = ports;
  }

  async handle({ runId }: JobPayload<'rejudge'>): Promise<void> {
    const { rejudges, policies, clock, engineVersion } = this.#ports;
    const run = await rejudges.begin(runId, engineVersion);
    if (run === null) return;
    const policy = run.candidate === null ? await policies.current() : policyOf(run.candidate);
    const known = new Map<string, JudgedReport>();
    for (;;) {
      const hosts = await rejudges.nextHosts(runId, BATCH);
      if (hosts.length === 0) break;
      for (const { hostId, reportId } of hosts) await this.#host(run, policy, hostId, reportId, known);
    }
    await rejudges.finish(runId, clock.now(), null);
  }

  async dead({ runId }: JobPayload<'rejudge'>, reason: string): Promise<void> {
    await this.#ports.rejudges.finish(runId, this.#ports.clock.now(), reason);
  }

  async #host(
    run: RejudgeRun,
    policy: Policy,
    hostId: string,
    reportId: string | null,
    known: Map<string, JudgedReport>,
  ): Promise<void> {
    const { rejudges, checks, judgeReport, clock, queue } = this.#ports;
    const report = reportId === null ? null : await checks.load(reportId);
    // A report that still waits is judged by its own job.
    if (report === null || report.state !== 'checked') return rejudges.step(run.id, hostId, async () => null);
    const { id, release, pageSize, digests, labels } = report;
    const same = JSON.stringify([release, pageSize, [...digests].sort(), Object.entries(labels).sort()]);
    const judged =
      known.get(same) ?? (await (run.dryRun ? judgeReport.preview(report, policy) : judgeReport.judge(report, policy)));
    if (known.size >= REMEMBERED) known.clear();
    known.set(same, judged);
    const at = clock.now();
    let groups: readonly WaitingGroup[] = [];
    await rejudges.step(run.id, hostId, async (transaction) => {
      groups = [];
      const locked = await transaction.lock(id);
      if (locked === null || locked.state !== 'checked' || !locked.isLatest) return null;
      const changes = await planned(transaction, hostId, id, judged.findings, at);
      if (!run.dryRun && judged.verdictSetId !== null) {
        await transaction.markRejudged(id, judged.verdictSetId, judged.diagnostics);
        await transaction.applyFindings(changes);
        const resolved = withoutWaived(changes).resolved.map((finding) => finding.id);
        groups = await transaction.applyAlerts({ firing: [], resolved }, at);
      }
      return differences(changes);
    });
    for (const { groupId, groupWaitMs } of groups) {
      const { job, delayMs } = flushJob(groupId, new Date(at.getTime() + groupWaitMs), at);
      await queue?.add(job, delayMs);
    }
  }
}

async function planned(
  transaction: CheckTransaction,
  hostId: string,
  reportId: string,
  findings: readonly FindingFact[],
  at: Date,
): Promise<FindingChanges & { readonly before: ReadonlyMap<string, Finding> }> {
  const host = await transaction.host(hostId);
  const stored = await transaction.findings(hostId);
  const waivers = await transaction.waivers(at);
  const waivedBy = (code: string): string | null => waiverFor(waivers, host, code)?.id ?? null;
  const changes = planFindingChanges(stored, findings, { hostId, reportId, at, waivedBy });
  return { ...changes, before: new Map(stored.map((finding) => [finding.key, finding])) };
}

function differences({
  opened,
  seen,
  resolved,
  before,
}: FindingChanges & { readonly before: ReadonlyMap<string, Finding> }): RejudgeChange[] {
  const told = (change: RejudgeChange['change'], { key, code, severity, subject, summary }: Finding): RejudgeChange => {
    const severityBefore = change === 'opened' ? null : (before.get(key)?.severity ?? null);
    return { change, key, code, severity, subject, summary, severityBefore };
  };
  return [
    ...opened.map((finding) => told('opened', finding)),
    ...resolved.map((finding) => told('resolved', finding)),
    ...seen
      .filter((finding) => finding.severity !== before.get(finding.key)?.severity)
      .map((finding) => told('changed', finding)),
  ];
}
