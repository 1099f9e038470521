import type { UnplacedDevice } from '@altmap/kernel-data';
import { behaviourOf, capability, type PageSize, type Target } from '@altmap/vmemmap';
import type { Assessment, DeviceRange, FindingFact, Verdict } from './assessment.ts';

type Severity = FindingFact['severity'];

/** What a finding is about. The list is closed: alerts, filters and waivers name these codes. */
export const FINDING_CODES = {
  CONFIG_NO_ALTMAP: 'The kernel that the host runs cannot put struct pages on a device: config or version lack it',
  RANGE_OOPS: 'The kernel that the host runs crashes on this range as it is',
  RANGE_REFUSED: 'The kernel that the host runs refuses this range as it is',
  RANGE_IN_DRAM: 'The range was made with map=dev, but its struct pages are in DRAM',
  RANGE_UNSAFE_REMOVAL: 'The range works, but taking it away again crashes the kernel',
  RANGE_NOT_JUDGED: 'An input is missing, so the range could not be judged',
  NEW_NAMESPACE_FAILS: 'No new namespace with map=dev can be made on this range',
  MOVE_OOPS: 'The same kernel built for another page size would crash on this range as it is',
  MOVE_LOSES_RANGE: 'The same kernel built for another page size would refuse this range as it is',
} as const satisfies Readonly<Record<string, string>>;
export type FindingCode = keyof typeof FINDING_CODES;

const CONFIG = 'kernel config';

/** What somebody should act on. A finding's key is stable as long as it is about the same matter. */
export function findingsOf(
  assessment: Assessment,
  own: Target | null,
  unplaced: readonly UnplacedDevice[],
): FindingFact[] {
  const findings = assessment.ranges.flatMap((range) => {
    const verdicts = assessment.verdicts.filter((verdict) => verdict.range === range.name);
    return [...onOwnKernel(range, verdicts), ...onTheMove(range, verdicts)];
  });
  const config = own === null ? null : configFinding(own, assessment.ranges.length + unplaced.length > 0);
  return [...(config === null ? [] : [config]), ...findings, ...unplaced.map(notPlaced)];
}

function configFinding(own: Target, hasRanges: boolean): FindingFact | null {
  const parts = (['zone-device', 'pfn'] as const).map((name) => capability(own.config, name));
  const missing = parts.flatMap((part) => part.missing).map((symbol) => `CONFIG_${symbol}`);
  const tooOld = behaviourOf('altmapHonoured', own) === false;
  if (missing.length === 0 && !tooOld) return null;
  const why = missing.length > 0 ? `${missing.join(', ')} not set` : 'arm64 takes an altmap only since Linux v5.9';
  return {
    key: 'CONFIG_NO_ALTMAP',
    code: 'CONFIG_NO_ALTMAP',
    // Without device memory nothing is at stake today.
    severity: hasRanges ? 'critical' : 'warning',
    subject: CONFIG,
    summary: `${own.release.raw} cannot put struct pages on a device: ${why}`,
    facts: { release: own.release.raw, pageSize: own.pageSize, missing },
  };
}

/** Device memory that the host has, but whose place or size no part of the report tells. */
function notPlaced({ name, missing }: UnplacedDevice): FindingFact {
  return {
    key: `RANGE_NOT_JUDGED ${name}`,
    code: 'RANGE_NOT_JUDGED',
    severity: 'info',
    subject: name,
    summary: `${name} cannot be judged: missing ${missing.join(', ')}`,
    facts: { missing },
  };
}

function onOwnKernel(range: DeviceRange, verdicts: readonly Verdict[]): FindingFact[] {
  const findings: FindingFact[] = [];
  const asIs = verdicts.find((verdict) => verdict.basis === 'own' && verdict.question === 'as-is');
  const anew = verdicts.find((verdict) => verdict.basis === 'own' && verdict.question === 'made-anew');
  if (asIs !== undefined) {
    const { outcome, oopsOnRemoval } = asIs.result;
    if (outcome === 'oops') findings.push(about(range, asIs, 'RANGE_OOPS', 'critical'));
    else if (outcome === 'refused') findings.push(about(range, asIs, 'RANGE_REFUSED', 'critical'));
    else if (outcome === 'ok-dram' && range.map === 'dev' && range.mode !== 'raw')
      findings.push(about(range, asIs, 'RANGE_IN_DRAM', 'warning'));
    else if (outcome === 'unknown') findings.push(about(range, asIs, 'RANGE_NOT_JUDGED', 'info'));
    if (oopsOnRemoval) findings.push(about(range, asIs, 'RANGE_UNSAFE_REMOVAL', 'warning'));
  }
  if (anew !== undefined && (anew.result.outcome === 'refused' || anew.result.outcome === 'oops'))
    findings.push(about(range, anew, 'NEW_NAMESPACE_FAILS', 'info'));
  return findings;
}

/** Only what works today can be lost by a move. */
function onTheMove(range: DeviceRange, verdicts: readonly Verdict[]): FindingFact[] {
  const asIs = verdicts.filter((verdict) => verdict.question === 'as-is');
  const today = asIs.find((verdict) => verdict.basis === 'own')?.result.outcome;
  if (today !== 'ok' && today !== 'ok-dram') return [];
  return asIs
    .filter((verdict) => verdict.basis === 'what-if')
    .flatMap((verdict) => {
      if (verdict.result.outcome === 'oops') return [about(range, verdict, 'MOVE_OOPS', 'warning')];
      if (verdict.result.outcome === 'refused') return [about(range, verdict, 'MOVE_LOSES_RANGE', 'info')];
      return [];
    });
}

function about(range: DeviceRange, verdict: Verdict, code: FindingCode, severity: Severity): FindingFact {
  const { result, pageSize, sentence } = verdict;
  const move = verdict.basis === 'what-if';
  return {
    key: [code, range.name, range.start.toString(16), ...(move ? [pageSize] : [])].join(' '),
    code,
    severity,
    subject: range.name,
    summary: move ? `Under ${kib(pageSize)} pages: ${sentence}` : sentence,
    facts: {
      start: range.start,
      size: range.size,
      pageSize,
      question: verdict.question,
      outcome: result.outcome,
      reason: result.reason,
      errno: result.errno,
      missing: result.missing,
      remedies: verdict.remedies,
    },
  };
}

const kib = (pageSize: PageSize): string => `${pageSize / 1024}K`;
