export { Access, type IssueOptions } from './access/access.ts';
export {
  actorOf,
  hasScope,
  type NewToken,
  PERSON_KINDS,
  type PersonKind,
  type Principal,
  requireScope,
  type Scope,
  type TokenKind,
  type TokenRecord,
  type TokenRepository,
} from './access/principal.ts';
export { isTokenShaped, newToken, tokenDigest } from './access/token.ts';
export type {
  AlertRepository,
  AlertRule,
  DeliveryAttempt,
  Notification,
  NotificationEvent,
  NotificationToSend,
  Notifier,
  Receiver,
} from './alerts/alert.ts';
export { DeliverNotification } from './alerts/deliver-notification.ts';
export { planNotifications } from './alerts/plan-notifications.ts';
export { type AuditEvent, type AuditFilter, type AuditReader, auditEvent } from './audit/audit-event.ts';
export type { CheckRepository, CheckTransaction, ReportToCheck } from './checks/check.ts';
export { CheckReport, type CheckReportPorts } from './checks/check-report.ts';
export { type Clock, newId, systemClock } from './clock.ts';
export type { Finding, FindingChanges } from './findings/finding.ts';
export { planFindingChanges } from './findings/plan-finding-changes.ts';
export type {
  DeviceRangeRow,
  FindingFilter,
  FleetReader,
  HostFilter,
  HostRow,
  Page,
  PageRequest,
  ReportRow,
  VerdictFilter,
  VerdictRow,
} from './fleet/fleet-reader.ts';
export { DiffReports } from './history/diff-reports.ts';
export type { HeartbeatRepository } from './health/heartbeat.ts';
export { EnrolHost } from './hosts/enrol-host.ts';
export { ManageHosts } from './hosts/manage-hosts.ts';
export type { Host, HostRepository } from './hosts/host.ts';
export type { BlobRepository, NewReport, ReportRepository, ReportState } from './intake/report.ts';
export { type BlobEncoding, StoreBlob } from './intake/store-blob.ts';
export { manifestDigest, SubmitReport } from './intake/submit-report.ts';
export { FakeJobQueue } from './queue/fake-job-queue.ts';
export type { JobContext, JobHandler, JobQueue } from './queue/job-queue.ts';
export { Retention, type RetentionPorts, type RetentionRepository } from './retention/retention.ts';
export { Sweep, type SweepPorts } from './sweep/sweep.ts';
