import type { Diagnostic } from '@altmap/policy';
import type { HostEvidence } from '../evidence/host-evidence.ts';

/** The file that a diagnostic is about, with the line where there is one. */
export function diagnosticPlace({ parts }: HostEvidence, { source, line }: Diagnostic): string {
  const path = [...parts].find(([kind]) => kind === source)?.[1].path ?? source;
  return line === null ? path : `${path}:${line}`;
}

/** What is wrong, and what was expected. */
export function diagnosticMessage({ message, expected }: Diagnostic): string {
  return expected === null ? message : `${message}; expected ${expected}`;
}

export function diagnosticText(evidence: HostEvidence, diagnostic: Diagnostic): string {
  return `${diagnosticPlace(evidence, diagnostic)}: ${diagnosticMessage(diagnostic)}`;
}
