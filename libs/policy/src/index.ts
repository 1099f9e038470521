export type {
  Assessment,
  Basis,
  DeviceRange,
  Diagnostic,
  FindingFact,
  Question,
  Verdict,
  VerdictRemedy,
} from './assessment.ts';
export type { Evidence, HostCase, OpenCase, Said, Setting } from './host-case.ts';
export { BUILT_IN_POLICY, BUILT_IN_POLICY_TEXT, FINDING_CODES } from './policy-file/built-in-policy.ts';
export {
  LABEL_MATCHER_FORMS,
  type LabelMatcher,
  labelMatcherText,
  matchesLabels,
  parseLabelMatcher,
} from './policy-file/label-matcher.ts';
export type { PolicyProblem, ReadPolicy } from './policy-file/parse-policy.ts';
export type { Policy, PolicyRule, PolicyTarget } from './policy-file/policy.ts';
export { readPolicy } from './policy-file/read-policy.ts';
export { diffConfigs, type SymbolChange, type SymbolState } from './diff/diff-configs.ts';
export { type DiffSymbols, diffSymbols } from './diff/diff-symbols.ts';
export {
  type Change,
  type DeviceChange,
  diffEvidence,
  isSameReport,
  type MemoryChange,
  type ReportDiff,
} from './diff/diff-evidence.ts';
export { openCase } from './open-case.ts';
export { type WhatIfCase, whatIfCase, type Wish } from './what-if-case.ts';
