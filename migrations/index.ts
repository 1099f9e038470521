import type { Migration } from 'kysely/migration';
import * as hosts from './2026-11-23T1200-hosts.ts';
import * as verdicts from './2026-11-23T1210-verdicts.ts';
import * as reports from './2026-11-23T1220-reports.ts';
import * as findings from './2026-11-23T1230-findings.ts';
import * as alerts from './2026-11-23T1240-alerts.ts';
import * as health from './2026-11-23T1250-health.ts';

/** Every migration by name. Names sort in the order in which they run; a new one must sort after the last. */
export const migrations: Readonly<Record<string, Migration>> = {
  '2026-11-23T1200-hosts': hosts,
  '2026-11-23T1210-verdicts': verdicts,
  '2026-11-23T1220-reports': reports,
  '2026-11-23T1230-findings': findings,
  '2026-11-23T1240-alerts': alerts,
  '2026-11-23T1250-health': health,
};
