import type {
  AlertRepository,
  AuditReader,
  BlobRepository,
  CheckRepository,
  FleetReader,
  HeartbeatRepository,
  HostRepository,
  ReportRepository,
  RetentionRepository,
  TokenRepository,
} from '@altmap/core';
import type { Database } from './database.ts';
import { PostgresAlertRepository } from './postgres-alert-repository.ts';
import { PostgresAuditReader } from './postgres-audit-reader.ts';
import { PostgresBlobRepository } from './postgres-blob-repository.ts';
import { PostgresCheckRepository } from './postgres-check-repository.ts';
import { PostgresFleetReader } from './postgres-fleet-reader.ts';
import { PostgresHeartbeatRepository } from './postgres-heartbeat-repository.ts';
import { PostgresHostRepository } from './postgres-host-repository.ts';
import { PostgresReportRepository } from './postgres-report-repository.ts';
import { PostgresRetentionRepository } from './postgres-retention-repository.ts';
import { PostgresTokenRepository } from './postgres-token-repository.ts';

/** Core's ports, on Postgres. */
export interface Repositories {
  readonly tokens: TokenRepository;
  readonly hosts: HostRepository;
  readonly reports: ReportRepository;
  readonly blobs: BlobRepository;
  readonly checks: CheckRepository;
  readonly alerts: AlertRepository;
  readonly heartbeats: HeartbeatRepository;
  readonly fleet: FleetReader;
  readonly audit: AuditReader;
  readonly retention: RetentionRepository;
}

export function createRepositories(db: Database): Repositories {
  return {
    tokens: new PostgresTokenRepository(db),
    hosts: new PostgresHostRepository(db),
    reports: new PostgresReportRepository(db),
    blobs: new PostgresBlobRepository(db),
    checks: new PostgresCheckRepository(db),
    alerts: new PostgresAlertRepository(db),
    heartbeats: new PostgresHeartbeatRepository(db),
    fleet: new PostgresFleetReader(db),
    audit: new PostgresAuditReader(db),
    retention: new PostgresRetentionRepository(db),
  };
}
