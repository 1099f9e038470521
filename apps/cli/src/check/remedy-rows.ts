import type { Verdict, VerdictRemedy } from '@altmap/policy';
import type { Palette } from '../output/palette.ts';
import type { Cell } from '../output/table.ts';
import { formatBytes } from '../output/units.ts';

export const QUESTION = { 'as-is': 'as it is', 'made-anew': 'made anew' } as const;

/** What helps: the change, its price, and the command where there is one. */
export function remedyRows(verdicts: readonly Verdict[], palette: Palette): Cell[][] {
  return verdicts.flatMap((verdict) =>
    verdict.remedies.map(({ summary, command, price }) => [
      { text: `${verdict.range}, ${QUESTION[verdict.question]}` },
      { text: summary, style: palette.outcome.ok },
      { text: priceText(price) },
      { text: command ?? '' },
    ]),
  );
}

function priceText({ lostBytes, dramBytes, dataLost }: VerdictRemedy['price']): string {
  const parts = [
    lostBytes > 0 ? `${formatBytes(lostBytes)} unused` : '',
    dramBytes > 0 ? `${formatBytes(dramBytes)} DRAM` : '',
    dataLost ? 'data must be copied away' : '',
  ];
  return parts.filter((part) => part !== '').join(', ') || 'free';
}
