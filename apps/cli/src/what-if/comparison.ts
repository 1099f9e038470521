import type { Assessment, DeviceRange, Verdict } from '@altmap/policy';

/** One question about one range, asked of the kernel that runs and of the other one. */
export interface Comparison {
  readonly range: DeviceRange;
  readonly today: Verdict | null;
  readonly there: Verdict;
}

export function comparisonsOf({ ranges, verdicts }: Assessment): Comparison[] {
  return verdicts
    .filter((verdict) => verdict.basis === 'what-if')
    .flatMap((there) => {
      const range = ranges.find((each) => each.name === there.range);
      const today = verdicts.find(
        ({ basis, question, range: name }) => basis === 'own' && question === there.question && name === there.range,
      );
      return range === undefined ? [] : [{ range, today: today ?? null, there }];
    });
}

/** What lies on the medium works today and would not work there. */
export function losesSomething({ today, there }: Comparison): boolean {
  const works = today?.result.outcome === 'ok' || today?.result.outcome === 'ok-dram';
  return there.question === 'as-is' && works && ['refused', 'oops', 'unsupported'].includes(there.result.outcome);
}
