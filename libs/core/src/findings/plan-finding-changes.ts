import type { FindingFact } from '@altmap/policy';
import { newId } from '../clock.ts';
import type { Finding, FindingChanges } from './finding.ts';

/**
 * Compares what is stored for a host with what its newest report shows. Pure but for the new ids. `waivedBy` gives the waiver
 * that covers a new finding of a code; one that is waived stays so until its waiver is ended.
 */
export function planFindingChanges(
  stored: readonly Finding[],
  current: readonly FindingFact[],
  context: { hostId: string; reportId: string; at: Date; waivedBy: (code: string) => string | null },
): FindingChanges {
  const { hostId, reportId, at, waivedBy } = context;
  const byKey = new Map(stored.map((finding) => [finding.key, finding]));
  const opened: Finding[] = [];
  const seen: Finding[] = [];
  for (const fact of new Map(current.map((one) => [one.key, one])).values()) {
    const before = byKey.get(fact.key);
    if (before === undefined) {
      const since = { firstSeenAt: at, lastSeenAt: at, resolvedAt: null, waiverId: waivedBy(fact.code) };
      opened.push({ ...fact, id: newId(), hostId, episode: 1, ...since, reportId });
    } else if (before.resolvedAt !== null) {
      const since = { firstSeenAt: at, lastSeenAt: at, resolvedAt: null, waiverId: waivedBy(fact.code) };
      opened.push({ ...before, ...fact, episode: before.episode + 1, ...since, reportId });
    } else {
      seen.push({ ...before, ...fact, lastSeenAt: at, reportId, waiverId: before.waiverId ?? waivedBy(fact.code) });
    }
  }
  const currentKeys = new Set(current.map((fact) => fact.key));
  const resolved = stored
    .filter((finding) => finding.resolvedAt === null && !currentKeys.has(finding.key))
    .map((finding) => ({ ...finding, resolvedAt: at }));
  return { opened, seen, resolved };
}

/** What rules hear of: a finding that is waived is over for them. */
export function withoutWaived({ opened, seen, resolved }: FindingChanges): FindingChanges {
  const isWaived = ({ waiverId }: Finding): boolean => waiverId !== null;
  const isNot = (finding: Finding): boolean => !isWaived(finding);
  return {
    opened: opened.filter(isNot),
    seen: seen.filter(isNot),
    resolved: [...resolved, ...[...opened, ...seen].filter(isWaived)],
  };
}
