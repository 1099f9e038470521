import type { UnplacedDevice } from '@altmap/kernel-data';
import type { Target } from '@altmap/vmemmap';
import type { Assessment, DeviceRange, FindingFact, Verdict } from './assessment.ts';
import { lackOf, matchesConfig, matchesVerdict } from './policy-file/matches.ts';
import { matchesHost } from './policy-file/matches-host.ts';
import { renderMessage } from './policy-file/message-template.ts';
import type { HostTraits, Policy, PolicyRule, PolicyTarget } from './policy-file/policy.ts';
import { verdictValues } from './policy-file/verdict-values.ts';

const CONFIG = 'kernel config';

/** Everything about one host that a policy's rules look at. */
export interface Judged {
  readonly assessment: Assessment;
  readonly host: HostTraits;
  /** The kernel that the host runs; null where it is not known. */
  readonly own: Target | null;
  readonly unplaced: readonly UnplacedDevice[];
}

/** What a finding says beside what its rule says. */
interface Matter {
  readonly subject: string;
  readonly facts: FindingFact['facts'];
  readonly values: Readonly<Record<string, string>>;
}

/** What somebody should act on. A finding's key is stable as long as it is about the same matter. */
export function findingsOf(policy: Policy, { assessment, host, own, unplaced }: Judged): FindingFact[] {
  const rules = policy.rules.filter((rule) => matchesHost(rule.hosts, host));
  const decided = new Map<string, FindingFact | null>();
  const decide = ({ code, severity, message }: PolicyRule, key: string, matterOf: () => Matter): void => {
    if (decided.has(key)) return;
    if (severity === 'none') {
      decided.set(key, null);
      return;
    }
    const { subject, facts, values } = matterOf();
    decided.set(key, { key, code, severity, subject, summary: renderMessage(message, values), facts });
  };

  if (own !== null) {
    const hasMemory = assessment.ranges.length + unplaced.length > 0;
    for (const rule of rules) {
      if (rule.about === 'config' && matchesConfig(rule, own, hasMemory)) decide(rule, rule.code, () => ofConfig(own));
    }
  }
  for (const range of assessment.ranges) {
    const verdicts = assessment.verdicts.filter((verdict) => verdict.range === range.name);
    const today = verdicts.find(({ basis, question }) => basis === 'own' && question === 'as-is')?.result.outcome;
    for (const verdict of verdicts) {
      const target = policy.targets.find(({ name }) => name === verdict.target) ?? null;
      for (const rule of rules) {
        if (rule.about !== 'verdict' || !matchesVerdict(rule, range, verdict, today ?? null)) continue;
        decide(rule, keyOf(rule.code, range, verdict), () => ofVerdict(range, verdict, target, host));
      }
    }
  }
  for (const device of unplaced) {
    for (const rule of rules) {
      if (rule.about === 'unplaced') decide(rule, `${rule.code} ${device.name}`, () => ofUnplaced(device));
    }
  }
  return [...decided.values()].filter((finding) => finding !== null);
}

function keyOf(code: string, range: DeviceRange, { basis, pageSize, target }: Verdict): string {
  const kernel = { own: [], 'what-if': [pageSize], planned: [target] }[basis];
  return [code, range.name, range.start.toString(16), ...kernel].join(' ');
}

function ofConfig(own: Target): Matter {
  const { missing, isTooOld } = lackOf(own);
  const { release, pageSize } = own;
  const reasons = [
    ...(missing.length > 0 ? [`${missing.join(', ')} not set`] : []),
    ...(isTooOld && missing.length === 0 ? ['arm64 takes an altmap only since Linux v5.9'] : []),
  ];
  return {
    subject: CONFIG,
    facts: { release: release.raw, pageSize, missing },
    values: {
      release: release.raw,
      pageSize: `${pageSize / 1024}K`,
      why: reasons.join('; '),
      missing: missing.join(', '),
    },
  };
}

function ofVerdict(range: DeviceRange, verdict: Verdict, target: PolicyTarget | null, host: HostTraits): Matter {
  const { result, basis, pageSize, question, remedies } = verdict;
  return {
    subject: range.name,
    facts: {
      start: range.start,
      size: range.size,
      basis,
      target: verdict.target,
      pageSize,
      question,
      outcome: result.outcome,
      reason: result.reason,
      errno: result.errno,
      missing: result.missing,
      remedies,
    },
    values: verdictValues(range, verdict, target, host),
  };
}

function ofUnplaced({ name, missing }: UnplacedDevice): Matter {
  return { subject: name, facts: { missing }, values: { range: name, missing: missing.join(', ') } };
}
