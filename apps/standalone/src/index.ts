export {
  auditList,
  migrate,
  tokenCreate,
  tokenList,
  tokenRevoke,
  tokenRotate,
} from './administration.ts';
export {
  notificationAttempts,
  notificationList,
  notificationResend,
  receiverAdd,
  receiverDropSecret,
  receiverList,
  receiverRemove,
  receiverRotate,
  receiverTest,
  ruleAdd,
  ruleList,
  ruleRemove,
  silenceAdd,
  silenceExpire,
  silenceList,
} from './alert-administration.ts';
export { DataDirError } from './data-dir.ts';
export {
  type HostSymbolChange,
  hostLabel,
  hostList,
  hostRemove,
  hostReports,
  type ListedHost,
  reportDiff,
  symbolHistory,
} from './host-administration.ts';
export {
  findingsEach,
  findingsExport,
  policyApply,
  policyList,
  type Rejudged,
  rejudgeAll,
  waiverAdd,
  waiverEnd,
  waiverList,
} from './finding-administration.ts';
export { type Print, serve } from './serve.ts';
export { startSystem, type System } from './start-system.ts';
export { untilStopped } from './until-stopped.ts';
