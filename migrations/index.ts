import type { Migration } from 'kysely/migration';
import { up as hosts } from './2026-11-23T1200-hosts.ts';
import { up as verdicts } from './2026-11-23T1210-verdicts.ts';
import { up as reports } from './2026-11-23T1220-reports.ts';
import { up as findings } from './2026-11-23T1230-findings.ts';
import { up as alerts } from './2026-11-23T1240-alerts.ts';
import { up as health } from './2026-11-23T1250-health.ts';
import { up as access } from './2026-11-23T1300-access.ts';
import { up as policies } from './2026-11-23T1310-policies.ts';
import { up as alertRouting } from './2026-11-24T1030-alert-routing.ts';
import { up as waivers } from './2026-11-24T1040-waivers.ts';
import { up as rejudge } from './2026-11-24T1050-rejudge.ts';
import { up as hostsOverTime } from './2026-11-24T1100-hosts-over-time.ts';
import { up as configHistory } from './2026-11-24T1110-config-history.ts';
import { up as rateCounter } from './2026-11-24T1120-rate-counter.ts';
import { up as heldAlerts } from './2026-11-29T1100-held-alerts.ts';

/** Every migration by name. Names sort in the order in which they run; a new one must sort after the last. */
export const migrations: Readonly<Record<string, Migration>> = {
  '2026-11-23T1200-hosts': { up: hosts },
  '2026-11-23T1210-verdicts': { up: verdicts },
  '2026-11-23T1220-reports': { up: reports },
  '2026-11-23T1230-findings': { up: findings },
  '2026-11-23T1240-alerts': { up: alerts },
  '2026-11-23T1250-health': { up: health },
  '2026-11-23T1300-access': { up: access },
  '2026-11-23T1310-policies': { up: policies },
  '2026-11-24T1030-alert-routing': { up: alertRouting },
  '2026-11-24T1040-waivers': { up: waivers },
  '2026-11-24T1050-rejudge': { up: rejudge },
  '2026-11-24T1100-hosts-over-time': { up: hostsOverTime },
  '2026-11-24T1110-config-history': { up: configHistory },
  '2026-11-24T1120-rate-counter': { up: rateCounter },
  '2026-11-29T1100-held-alerts': { up: heldAlerts },
};
