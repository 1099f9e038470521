import { BUILT_IN_POLICY, type FindingFact, openCase, type Policy } from '@altmap/policy';
import type { HostEvidence } from '../evidence/host-evidence.ts';

/** What a policy makes of one host, and what the built-in one would. */
export interface TestedHost {
  readonly name: string;
  readonly findings: readonly FindingFact[];
  /** Findings of the built-in policy that this one has not. */
  readonly dropped: readonly FindingFact[];
  /** Keys of findings that the built-in policy has not. */
  readonly added: ReadonlySet<string>;
}

export function testPolicy(policy: Policy, { name, parts, labels, release, pageSize }: HostEvidence): TestedHost {
  const evidence = new Map([...parts].map(([kind, part]) => [kind, part.content]));
  const findingsUnder = (one: Policy): readonly FindingFact[] => {
    const hostCase = openCase(evidence, { release, pageSize }, { policy: one, labels });
    return hostCase.findings(hostCase.assess());
  };
  const findings = findingsUnder(policy);
  const before = findingsUnder(BUILT_IN_POLICY);
  const known = new Set(before.map(({ key }) => key));
  const kept = new Set(findings.map(({ key }) => key));
  return {
    name,
    findings,
    dropped: before.filter(({ key }) => !kept.has(key)),
    added: new Set(findings.map(({ key }) => key).filter((key) => !known.has(key))),
  };
}
