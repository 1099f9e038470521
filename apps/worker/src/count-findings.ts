import type { CheckRepository, FindingChanges } from '@altmap/core';
import type { Metrics } from '@altmap/platform';

/** The same repository, counting the findings that it opens and resolves once their transaction is committed. */
export function countFindings(checks: CheckRepository, metrics: Metrics): CheckRepository {
  return {
    load: (reportId) => checks.load(reportId),
    findVerdictSet: (engineVersion, inputDigest) => checks.findVerdictSet(engineVersion, inputDigest),
    saveVerdictSet: (set) => checks.saveVerdictSet(set),
    markFailed: (reportId, reason, at) => checks.markFailed(reportId, reason, at),
    async transact(work) {
      const applied: FindingChanges[] = [];
      const result = await checks.transact((transaction) =>
        work({
          lock: (reportId) => transaction.lock(reportId),
          markChecked: (...said) => transaction.markChecked(...said),
          findings: (hostId) => transaction.findings(hostId),
          markRejudged: (...said) => transaction.markRejudged(...said),
          waivers: (at) => transaction.waivers(at),
          alertRules: () => transaction.alertRules(),
          host: (hostId) => transaction.host(hostId),
          applyAlerts: (changes, at) => transaction.applyAlerts(changes, at),
          async applyFindings(changes) {
            await transaction.applyFindings(changes);
            applied.push(changes);
          },
        }),
      );
      for (const { opened, resolved } of applied) {
        for (const { severity } of opened) metrics.findings.inc({ change: 'opened', severity });
        for (const { severity } of resolved) metrics.findings.inc({ change: 'resolved', severity });
      }
      return result;
    },
  };
}
