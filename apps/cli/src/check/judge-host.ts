import type { Assessment, Diagnostic, FindingFact, OpenCase } from '@altmap/policy';
import type { Capability } from '@altmap/vmemmap';
import type { HostEvidence } from '../evidence/host-evidence.ts';
import { capabilitiesOf } from './capabilities-of.ts';

/** One host, judged. */
export interface JudgedHost {
  readonly evidence: HostEvidence;
  /** What the kernel config offers; empty where there is none. */
  readonly capabilities: readonly Capability[];
  readonly assessment: Assessment;
  readonly findings: readonly FindingFact[];
  readonly diagnostics: readonly Diagnostic[];
}

export function judgeHost(evidence: HostEvidence, openCase: OpenCase): JudgedHost {
  const contents = new Map([...evidence.parts].map(([kind, part]) => [kind, part.content]));
  const hostCase = openCase(contents, { release: evidence.release, pageSize: evidence.pageSize });
  const assessment = hostCase.assess();
  return {
    evidence,
    capabilities: capabilitiesOf(evidence),
    assessment,
    findings: hostCase.findings(assessment),
    diagnostics: [...evidence.remarks, ...hostCase.diagnostics],
  };
}
