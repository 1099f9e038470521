import { renderBytes } from '@altmap/vmemmap';
import type { DeviceRange, Verdict } from '../assessment.ts';
import type { HostTraits, PolicyTarget } from './policy.ts';

/** What the names in the message of a rule about verdicts stand for; "?" where it is not known. */
export function verdictValues(
  range: DeviceRange,
  { result, pageSize, sentence, remedies, target: name }: Verdict,
  target: PolicyTarget | null,
  host: HostTraits,
): Readonly<Record<string, string>> {
  const size = `${pageSize / 1024}K`;
  const release = target?.release?.raw ?? host.release?.raw ?? '?';
  return {
    range: range.name,
    sentence,
    outcome: result.outcome,
    reason: result.reason,
    pageSize: size,
    release,
    target: name === null ? `${release}, ${size} pages` : `${name} (${release}, ${size} pages)`,
    lost: result.lostBytes === null ? '?' : renderBytes(result.lostBytes),
    dram: result.memmap === null ? '?' : renderBytes(result.memmap.dramBytes),
    remedy: remedies[0]?.summary ?? 'none known',
  };
}
