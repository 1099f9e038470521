import type { Verdict } from '@altmap/policy';
import { type CheckReport, FORMAT_VERSION } from './check-report.ts';
import type { JudgedHost } from './judge-host.ts';

/** One document for the whole run. */
export function toJson(report: CheckReport): string {
  const { hosts, unusable, failOn, trace } = report;
  const document = {
    version: FORMAT_VERSION,
    failOn,
    hosts: hosts.map((host) => hostJson(host, trace)),
    unusable,
  };
  return `${JSON.stringify(document, null, 2)}\n`;
}

/** One line a host; a PATH that could not be used is a line as well. */
export function toJsonl(report: CheckReport): string {
  const lines = [
    ...report.hosts.map((host) => ({ version: FORMAT_VERSION, ...hostJson(host, report.trace) })),
    ...report.unusable.map((unusable) => ({ version: FORMAT_VERSION, unusable })),
  ];
  return lines.map((line) => `${JSON.stringify(line)}\n`).join('');
}

function hostJson({ evidence, capabilities, assessment, findings, diagnostics }: JudgedHost, trace: boolean) {
  return {
    host: evidence.name,
    path: evidence.path,
    labels: evidence.labels,
    release: evidence.release,
    pageSize: evidence.pageSize,
    evidence: [...evidence.parts].map(([kind, part]) => ({ kind, path: part.path, bytes: part.content.length })),
    engineVersion: assessment.engineVersion,
    capabilities,
    ranges: assessment.ranges,
    verdicts: assessment.verdicts.map((verdict) => (trace ? verdict : withoutSteps(verdict))),
    findings,
    diagnostics,
  };
}

function withoutSteps(verdict: Verdict) {
  return { ...verdict, result: { ...verdict.result, steps: undefined } };
}
