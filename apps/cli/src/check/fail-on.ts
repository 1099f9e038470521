import type { FindingFact } from '@altmap/policy';

export const FAIL_ON = ['critical', 'warning', 'info', 'never'] as const;
export type FailOn = (typeof FAIL_ON)[number];

const RANK = { info: 0, warning: 1, critical: 2, never: 3 } as const;

export function fails(finding: FindingFact, failOn: FailOn): boolean {
  return RANK[finding.severity] >= RANK[failOn];
}
