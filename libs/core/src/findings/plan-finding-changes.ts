import type { FindingFact } from '@altmap/policy';
import { newId } from '../clock.ts';
import type { Finding, FindingChanges } from './finding.ts';

/** Compares what is stored for a host with what its newest report shows. Pure but for the new ids. */
export function planFindingChanges(
  stored: readonly Finding[],
  current: readonly FindingFact[],
  context: { hostId: string; reportId: string; at: Date },
): FindingChanges {
  const { hostId, reportId, at } = context;
  const byKey = new Map(stored.map((finding) => [finding.key, finding]));
  const opened: Finding[] = [];
  const seen: Finding[] = [];
  for (const fact of new Map(current.map((one) => [one.key, one])).values()) {
    const before = byKey.get(fact.key);
    if (before === undefined) {
      const times = { firstSeenAt: at, lastSeenAt: at, resolvedAt: null };
      opened.push({ ...fact, id: newId(), hostId, episode: 1, ...times, reportId });
    } else if (before.resolvedAt !== null) {
      const times = { firstSeenAt: at, lastSeenAt: at, resolvedAt: null };
      opened.push({ ...before, ...fact, episode: before.episode + 1, ...times, reportId });
    } else {
      seen.push({ ...before, ...fact, lastSeenAt: at, reportId });
    }
  }
  const currentKeys = new Set(current.map((fact) => fact.key));
  const resolved = stored
    .filter((finding) => finding.resolvedAt === null && !currentKeys.has(finding.key))
    .map((finding) => ({ ...finding, resolvedAt: at }));
  return { opened, seen, resolved };
}
