export { AltmapError, ERROR_CODES, type ErrorCode } from './error-code.ts';
export { HostFile } from './host-file.ts';
export { JOBS, type Job, type JobName, type JobPayload, type QueueName } from './job.ts';
export {
  Enrolment,
  EnrolmentAnswer,
  Labels,
  LIMITS,
  Manifest,
  Name,
  PART_KINDS,
  PageSize,
  type Part,
  PartKind,
  ReportAnswer,
  Sha256,
} from './manifest.ts';
export { formatMatcher, Matcher, Matchers, parseMatcher } from './matcher.ts';
export { partFile } from './part-file.ts';
export { Problem, problemOf } from './problem.ts';
export { RECEIVER_KINDS, type ReceiverKind, ReceiverTarget } from './receiver.ts';
export {
  type ClientResponse,
  enrol,
  type HostReport,
  ReportClientError,
  type ReportClientPorts,
  type SentReport,
  sendReport,
  sha256Hex,
} from './report-client.ts';
export { type AlertItem, AlertNotice, AlertWebhook, Severity } from './webhook.ts';
