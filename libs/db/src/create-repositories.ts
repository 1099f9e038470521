import type {
  AlertGauges,
  AlertRepository,
  AlertSettings,
  AuditReader,
  BlobRepository,
  CheckRepository,
  ConfigHistoryRepository,
  FindingExporter,
  FleetReader,
  HeartbeatRepository,
  HostRepository,
  PolicyRepository,
  RejudgeRepository,
  ReportRepository,
  RetentionRepository,
  SharedCounter,
  TokenRepository,
  WaiverRepository,
} from '@altmap/core';
import type { Database } from './database.ts';
import { PostgresAlertGauges } from './postgres-alert-gauges.ts';
import { PostgresAlertRepository } from './postgres-alert-repository.ts';
import { PostgresAlertSettings } from './postgres-alert-settings.ts';
import { PostgresAuditReader } from './postgres-audit-reader.ts';
import { PostgresBlobRepository } from './postgres-blob-repository.ts';
import { PostgresCheckRepository } from './postgres-check-repository.ts';
import { PostgresConfigHistoryRepository } from './postgres-config-history-repository.ts';
import { PostgresFindingExporter } from './postgres-finding-exporter.ts';
import { PostgresFleetReader } from './postgres-fleet-reader.ts';
import { PostgresHeartbeatRepository } from './postgres-heartbeat-repository.ts';
import { PostgresHostRepository } from './postgres-host-repository.ts';
import { PostgresPolicyRepository } from './postgres-policy-repository.ts';
import { PostgresRejudgeRepository } from './postgres-rejudge-repository.ts';
import { PostgresReportRepository } from './postgres-report-repository.ts';
import { PostgresRetentionRepository } from './postgres-retention-repository.ts';
import { PostgresSharedCounter } from './postgres-shared-counter.ts';
import { PostgresTokenRepository } from './postgres-token-repository.ts';
import { PostgresWaiverRepository } from './postgres-waiver-repository.ts';

/** Core's ports, on Postgres. */
export interface Repositories {
  readonly tokens: TokenRepository;
  readonly hosts: HostRepository;
  readonly reports: ReportRepository;
  readonly blobs: BlobRepository;
  readonly checks: CheckRepository;
  readonly alerts: AlertRepository;
  readonly alertSettings: AlertSettings;
  readonly alertGauges: AlertGauges;
  readonly heartbeats: HeartbeatRepository;
  readonly fleet: FleetReader;
  readonly waivers: WaiverRepository;
  readonly findingExporter: FindingExporter;
  readonly policies: PolicyRepository;
  readonly rejudges: RejudgeRepository;
  readonly audit: AuditReader;
  readonly configHistory: ConfigHistoryRepository;
  readonly retention: RetentionRepository;
  readonly rateCounter: SharedCounter;
}

export function createRepositories(db: Database): Repositories {
  return {
    tokens: new PostgresTokenRepository(db),
    hosts: new PostgresHostRepository(db),
    reports: new PostgresReportRepository(db),
    blobs: new PostgresBlobRepository(db),
    checks: new PostgresCheckRepository(db),
    alerts: new PostgresAlertRepository(db),
    alertSettings: new PostgresAlertSettings(db),
    alertGauges: new PostgresAlertGauges(db),
    heartbeats: new PostgresHeartbeatRepository(db),
    fleet: new PostgresFleetReader(db),
    waivers: new PostgresWaiverRepository(db),
    findingExporter: new PostgresFindingExporter(db),
    policies: new PostgresPolicyRepository(db),
    rejudges: new PostgresRejudgeRepository(db),
    audit: new PostgresAuditReader(db),
    configHistory: new PostgresConfigHistoryRepository(db),
    retention: new PostgresRetentionRepository(db),
    rateCounter: new PostgresSharedCounter(db),
  };
}
