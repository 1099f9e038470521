export { AltmapError, ERROR_CODES, type ErrorCode } from './error-code.ts';
export { JOBS, type Job, type JobName, type JobPayload, type QueueName } from './job.ts';
export {
  Enrolment,
  EnrolmentAnswer,
  Labels,
  LIMITS,
  Manifest,
  PART_KINDS,
  PageSize,
  type Part,
  PartKind,
  ReportAnswer,
  Sha256,
} from './manifest.ts';
export { Problem, problemOf } from './problem.ts';
export { AlertWebhook, Severity } from './webhook.ts';
