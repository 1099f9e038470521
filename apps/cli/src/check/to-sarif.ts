import { pathToFileURL } from 'node:url';
import { type Diagnostic, FINDING_CODES, type FindingFact } from '@altmap/policy';
import { isAbsolute } from 'node:path';
import type { EvidencePart, HostEvidence } from '../evidence/host-evidence.ts';
import { type CheckReport, FORMAT_VERSION } from './check-report.ts';
import { diagnosticMessage } from './diagnostic-text.ts';
import type { JudgedHost } from './judge-host.ts';

const LEVEL = { critical: 'error', warning: 'warning', info: 'note' } as const;
const DIAGNOSTIC_LEVEL = { error: 'error', warning: 'warning', info: 'note' } as const;

/** SARIF 2.1.0: one run; a result for each finding, a notification for each diagnostic and unusable PATH. */
export function toSarif(report: CheckReport, altmapVersion: string): string {
  const codes = [...new Set(report.hosts.flatMap((host) => host.findings.map((finding) => finding.code)))].sort();
  const document = {
    $schema: 'https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json',
    version: '2.1.0',
    runs: [
      {
        tool: {
          driver: {
            name: 'altmap',
            version: altmapVersion,
            rules: codes.map((id) => ({
              id,
              name: id,
              shortDescription: { text: FINDING_CODES[id] ?? id },
            })),
          },
        },
        properties: { formatVersion: FORMAT_VERSION },
        invocations: [
          {
            executionSuccessful: report.unusable.length === 0,
            toolExecutionNotifications: [
              ...report.hosts.flatMap((host) => host.diagnostics.map((diagnostic) => notification(host, diagnostic))),
              ...report.unusable.map(({ path, message }) => ({
                level: 'error',
                message: { text: message },
                locations: [location(path)],
              })),
            ],
          },
        ],
        results: report.hosts.flatMap((host) => host.findings.map((finding) => result(host, finding, codes))),
      },
    ],
  };
  return `${JSON.stringify(document, null, 2)}\n`;
}

function result(host: JudgedHost, finding: FindingFact, codes: readonly string[]) {
  const { name, path, parts } = host.evidence;
  const evidence =
    finding.subject === 'kernel config' ? parts.get('config') : (parts.get('iomem') ?? parts.get('ndctl'));
  return {
    ruleId: finding.code,
    ruleIndex: codes.indexOf(finding.code),
    level: LEVEL[finding.severity],
    message: { text: `${name}: ${finding.summary}` },
    locations: [
      {
        ...location(evidence?.path ?? path),
        logicalLocations: [{ name: finding.subject, fullyQualifiedName: `${name}/${finding.subject}` }],
      },
    ],
    partialFingerprints: { 'altmapFinding/v1': `${name} ${finding.key}` },
    properties: { severity: finding.severity, facts: finding.facts },
  };
}

function notification({ evidence }: JudgedHost, diagnostic: Diagnostic) {
  const { source, line, severity } = diagnostic;
  return {
    level: DIAGNOSTIC_LEVEL[severity],
    message: { text: diagnosticMessage(diagnostic) },
    locations: [location(partOf(evidence, source)?.path ?? evidence.path, line)],
  };
}

function partOf(evidence: HostEvidence, source: string): EvidencePart | undefined {
  return [...evidence.parts].find(([kind]) => kind === source)?.[1];
}

function location(path: string, line: number | null = null) {
  const uri = isAbsolute(path) ? pathToFileURL(path).href : path.split(/[\\/]/).map(encodeURIComponent).join('/');
  return {
    physicalLocation: { artifactLocation: { uri }, ...(line === null ? {} : { region: { startLine: line } }) },
  };
}
