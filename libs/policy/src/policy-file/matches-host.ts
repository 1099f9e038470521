import { matchesLabels } from './label-matcher.ts';
import type { HostMatcher, HostTraits } from './policy.ts';
import { isInReleaseRange } from './release-range.ts';

/** Whether a rule or target is for this host. */
export function matchesHost({ labels, pageSize, release }: HostMatcher, host: HostTraits): boolean {
  if (pageSize !== null && (host.pageSize === null || !pageSize.includes(host.pageSize))) return false;
  if (release !== null && (host.release === null || !isInReleaseRange(release, host.release))) return false;
  return matchesLabels(labels, host.labels);
}
