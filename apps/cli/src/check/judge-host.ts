import type { Assessment, Diagnostic, FindingFact, OpenCase } from '@altmap/policy';
import type { HostEvidence } from '../evidence/host-evidence.ts';

/** One host, judged. */
export interface JudgedHost {
  readonly evidence: HostEvidence;
  readonly assessment: Assessment;
  readonly findings: readonly FindingFact[];
  readonly diagnostics: readonly Diagnostic[];
}

export function judgeHost(evidence: HostEvidence, openCase: OpenCase): JudgedHost {
  const contents = new Map([...evidence.parts].map(([kind, part]) => [kind, part.content]));
  const hostCase = openCase(contents, { release: evidence.release, pageSize: evidence.pageSize });
  const assessment = hostCase.assess();
  return { evidence, assessment, findings: hostCase.findings(assessment), diagnostics: hostCase.diagnostics };
}
