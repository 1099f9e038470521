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
export type { Evidence, HostCase, OpenCase, Said } from './host-case.ts';
export { FINDING_CODES, type FindingCode } from './findings-of.ts';
export { openCase } from './open-case.ts';
export { type WhatIfCase, whatIfCase, type Wish } from './what-if-case.ts';
