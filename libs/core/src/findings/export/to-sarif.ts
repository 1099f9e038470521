import { FINDING_CODES } from '@altmap/policy';
import type { ExportedFinding, Render } from './exported-finding.ts';

const LEVEL = { critical: 'error', warning: 'warning', info: 'note' } as const;
const SCHEMA = 'https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json';

/**
 * SARIF 2.1.0: a result for each finding. A waived one is suppressed, a resolved one is absent. The rules come last, when all
 * codes have been seen.
 */
export const toSarif: Render = async function* (pieces) {
  const codes: string[] = [];
  const indexOf = (code: string): number => {
    const known = codes.indexOf(code);
    return known === -1 ? codes.push(code) - 1 : known;
  };
  yield `{"$schema":${JSON.stringify(SCHEMA)},"version":"2.1.0","runs":[{"results":[\n`;
  let separator = '';
  for await (const findings of pieces) {
    const results = findings.map((finding) => JSON.stringify(result(finding, indexOf(finding.code))));
    if (results.length === 0) continue;
    yield separator + results.join(',\n');
    separator = ',\n';
  }
  const rules = codes.map((id) => ({ id, name: id, shortDescription: { text: FINDING_CODES[id] ?? id } }));
  yield `\n],"tool":{"driver":{"name":"altmap","rules":${JSON.stringify(rules)}}}}]}\n`;
};

function result(finding: ExportedFinding, ruleIndex: number) {
  const { code, severity, summary, subject, host, hostId, key, waiver, state } = finding;
  return {
    ruleId: code,
    ruleIndex,
    level: LEVEL[severity],
    message: { text: `${host.name}: ${summary}` },
    // Not guid: the schema admits UUIDs of versions 1 to 5 alone, and ours are of version 7.
    fingerprints: { 'altmapFindingId/v1': finding.id },
    baselineState: { open: 'unchanged', waived: 'unchanged', resolved: 'absent' }[state],
    locations: [{ logicalLocations: [{ name: subject, fullyQualifiedName: `${host.name}/${subject}` }] }],
    partialFingerprints: { 'altmapFinding/v1': `${hostId} ${key}` },
    ...(waiver === null
      ? {}
      : {
          suppressions: [
            {
              kind: 'external',
              status: 'accepted',
              justification: waiver.reason,
              properties: { owner: waiver.owner, expiresAt: waiver.expiresAt.toISOString() },
            },
          ],
        }),
    properties: {
      state,
      severity,
      host: { id: hostId, ...host },
      firstSeenAt: finding.firstSeenAt.toISOString(),
      lastSeenAt: finding.lastSeenAt.toISOString(),
      resolvedAt: finding.resolvedAt?.toISOString() ?? null,
      episode: finding.episode,
      reportId: finding.reportId,
      evidence: finding.evidence,
      facts: finding.facts,
    },
  };
}
