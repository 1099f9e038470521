export {
  auditList,
  migrate,
  receiverAdd,
  receiverList,
  tokenCreate,
  tokenList,
  tokenRevoke,
  tokenRotate,
} from './administration.ts';
export { DataDirError } from './data-dir.ts';
export { hostLabel, hostList, hostRemove, type ListedHost, reportDiff } from './host-administration.ts';
export { type Print, serve } from './serve.ts';
export { startSystem, type System } from './start-system.ts';
export { untilStopped } from './until-stopped.ts';
