import { behaviourOf, capability, type Outcome, type Target } from '@altmap/vmemmap';
import type { DeviceRange, Verdict } from '../assessment.ts';
import type { ConfigRule, Lack, Loss, VerdictRule } from './policy.ts';

const among = <T>(list: readonly T[] | null, value: T | null): boolean =>
  list === null || (value !== null && list.includes(value));

/** @param today what the host's own kernel makes of the range as it is; null where it was not judged */
export function matchesVerdict(
  { when }: VerdictRule,
  range: DeviceRange,
  { basis, target, question, result }: Verdict,
  today: Outcome | null,
): boolean {
  return (
    among(when.basis, basis) &&
    among(when.target, target) &&
    among(when.question, question) &&
    among(when.outcome, result.outcome) &&
    among(when.reason, result.reason) &&
    among(when.mode, range.mode) &&
    among(when.map, range.map) &&
    among(when.today, today) &&
    (when.oopsOnRemoval === null || when.oopsOnRemoval === result.oopsOnRemoval) &&
    isAtLeast(when.lostAtLeast, result.lostBytes, range.size) &&
    isAtLeast(when.dramAtLeast, result.memmap?.dramBytes ?? null, range.size)
  );
}

/** What is not known is not taken for a loss. */
function isAtLeast(loss: Loss | null, bytes: number | null, size: number): boolean {
  if (loss === null) return true;
  return bytes !== null && bytes >= ('bytes' in loss ? loss.bytes : loss.share * size);
}

export function matchesConfig({ when }: ConfigRule, own: Target, hasMemory: boolean): boolean {
  return (
    (when.deviceMemory === null || when.deviceMemory === hasMemory) &&
    (when.lacks === null || when.lacks.some((lack) => lacks(own, lack))) &&
    (when.symbols === null || when.symbols.every(({ symbol, values }) => hasValue(own, symbol, values)))
  );
}

function lacks(own: Target, lack: Lack): boolean {
  if (lack === 'altmap-honoured') return behaviourOf('altmapHonoured', own) === false;
  return capability(own.config, lack).missing.length > 0;
}

function hasValue({ config }: Target, symbol: string, values: readonly ('y' | 'm' | 'n')[]): boolean {
  const { type } = config.get(symbol);
  if (type === 'absent' && !config.complete) return false;
  if (type === 'not-set' || type === 'absent') return values.includes('n');
  return (type === 'y' || type === 'm') && values.includes(type);
}

/** Everything that a kernel lacks for struct pages on a device. */
export function lackOf(own: Target): { readonly missing: readonly string[]; readonly isTooOld: boolean } {
  const parts = (['zone-device', 'pfn'] as const).map((name) => capability(own.config, name));
  const missing = parts.flatMap((part) => part.missing).map((symbol) => `CONFIG_${symbol}`);
  return { missing, isTooOld: behaviourOf('altmapHonoured', own) === false };
}
