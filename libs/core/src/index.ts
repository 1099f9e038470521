export { Access, type IssueOptions } from './access/access.ts';
export { type IssuedToken, ManageTokens, type TokenRequest } from './access/manage-tokens.ts';
export {
  actorOf,
  hasScope,
  type NewToken,
  PERSON_KINDS,
  type PersonKind,
  type Principal,
  requireScope,
  type Scope,
  type TokenFilter,
  type TokenKind,
  type TokenRecord,
  type TokenRepository,
} from './access/principal.ts';
export type { SharedCounter } from './access/shared-counter.ts';
export { isTokenShaped, newToken, tokenDigest } from './access/token.ts';
export type {
  AlertChanges,
  AlertGroup,
  AlertRule,
  DeliveryAttempt,
  GroupedAlert,
  NotificationRow,
  NotificationState,
  NotificationToSend,
  Notifier,
  Receiver,
  RoutedAlert,
  Silence,
} from './alerts/alert.ts';
export type { AlertGauges } from './alerts/alert-gauges.ts';
export type {
  AlertRepository,
  Flushed,
  FlushPlan,
  GroupToFlush,
  NotificationFilter,
} from './alerts/alert-repository.ts';
export type { AlertSettings } from './alerts/alert-settings.ts';
export { alertItemOf } from './alerts/compose-notice.ts';
export { DeliverNotification, type DeliverNotificationPorts } from './alerts/deliver-notification.ts';
export { FlushAlerts, type FlushAlertsPorts } from './alerts/flush-alerts.ts';
export { labelsOf } from './alerts/labels-of.ts';
export { ManageAlerts, type NewReceiver, type NewRule, newWebhookSecret } from './alerts/manage-alerts.ts';
export { receiverAddress } from './alerts/receiver-address.ts';
export { STORM_WINDOW_MS } from './alerts/plan-flush.ts';
export { TestReceiver } from './alerts/test-receiver.ts';
export { routeAlerts } from './alerts/route-alerts.ts';
export { type AuditEvent, type AuditFilter, type AuditReader, auditEvent } from './audit/audit-event.ts';
export type { CheckRepository, CheckTransaction, ReportToCheck } from './checks/check.ts';
export { CheckReport, type CheckReportPorts } from './checks/check-report.ts';
export { type JudgedReport, JudgeReport, type JudgeReportPorts } from './checks/judge-report.ts';
export { type Clock, newId, systemClock } from './clock.ts';
export { EXPORT_FORMATS, type ExportFormat } from './findings/export/export-formats.ts';
export type { ExportedFinding, FindingExporter } from './findings/export/exported-finding.ts';
export type { Finding, FindingChanges } from './findings/finding.ts';
export { planFindingChanges } from './findings/plan-finding-changes.ts';
export { WaiveFindings, type WaiveFindingsPorts, type WaiverRequest } from './findings/waive-findings.ts';
export {
  covers,
  type Reopened,
  type WaitingGroup,
  type Waiver,
  type WaiverFilter,
  waiverFor,
  type WaiverRepository,
} from './findings/waiver.ts';
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
  VerdictSetRow,
} from './fleet/fleet-reader.ts';
export type { ConfigHistoryRepository, SymbolChangeRow, SymbolFilter } from './history/config-history.ts';
export { DiffReports } from './history/diff-reports.ts';
export { RecordConfigChange } from './history/record-config-change.ts';
export type { HeartbeatRepository } from './health/heartbeat.ts';
export { EnrolHost } from './hosts/enrol-host.ts';
export { ManageHosts } from './hosts/manage-hosts.ts';
export type { Host, HostRepository } from './hosts/host.ts';
export type { BlobRepository, NewReport, ReportRepository, ReportState } from './intake/report.ts';
export { type BlobEncoding, StoreBlob } from './intake/store-blob.ts';
export { type Capture, SubmitCapture } from './intake/submit-capture.ts';
export { manifestDigest, SubmitReport } from './intake/submit-report.ts';
export { ActivePolicy } from './policies/active-policy.ts';
export { type AppliedPolicy, ApplyPolicy } from './policies/apply-policy.ts';
export type { PolicyRepository, PolicyVersion } from './policies/policy-version.ts';
export { FakeJobQueue } from './queue/fake-job-queue.ts';
export type { JobContext, JobHandler, JobQueue } from './queue/job-queue.ts';
export { Rejudge, type RejudgePorts } from './rejudge/rejudge.ts';
export type { RejudgeChange, RejudgeChangeRow, RejudgeRepository, RejudgeRun } from './rejudge/rejudge-run.ts';
export { RequestRejudge, type RequestRejudgePorts } from './rejudge/request-rejudge.ts';
export { Retention, type RetentionPorts, type RetentionRepository } from './retention/retention.ts';
export { Sweep, type SweepPorts } from './sweep/sweep.ts';
