import type {
  AlertGauges,
  AlertRepository,
  AlertSettings,
  AuditReader,
  BlobRepository,
  Clock,
  ConfigHistoryRepository,
  FindingExporter,
  FleetReader,
  HeartbeatRepository,
  HostRepository,
  PolicyRepository,
  RejudgeRepository,
  ReportRepository,
  SharedCounter,
  TokenRepository,
  WaiverRepository,
} from '@altmap/core';
import type { OpenQueue } from '@altmap/queue';

/** Everything outside of the process that the API talks to. */
export interface ApiPorts {
  readonly tokens: TokenRepository;
  readonly hosts: HostRepository;
  readonly reports: ReportRepository;
  readonly blobs: BlobRepository;
  readonly heartbeats: Pick<HeartbeatRepository, 'latest' | 'probe'>;
  readonly fleet: FleetReader;
  readonly audit: AuditReader;
  readonly rateCounter: SharedCounter;
  readonly configHistory: Pick<ConfigHistoryRepository, 'symbolChanges'>;
  readonly alerts: AlertRepository;
  readonly alertSettings: AlertSettings;
  readonly alertGauges: AlertGauges;
  readonly waivers: WaiverRepository;
  readonly policies: PolicyRepository;
  readonly rejudges: RejudgeRepository;
  readonly findingExporter: FindingExporter;
  readonly queue: Pick<OpenQueue, 'add' | 'addMany' | 'probe' | 'counts'>;
  /** Names of the migrations that the database still lacks. */
  readonly pendingMigrations: () => Promise<readonly string[]>;
  readonly clock: Clock;
}
