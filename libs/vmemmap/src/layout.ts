import { endOf } from './align.ts';
import type { PfnSetup } from './info-block.ts';
import type { InfoBlock, LayoutPiece, MemmapRun, Range } from './types.ts';

/** What lies where in a range, in order and without gaps: the base of every picture of it. */
export function layoutOf(
  range: Range,
  setup: PfnSetup | null,
  block: InfoBlock | null,
  runs: readonly MemmapRun[],
): readonly LayoutPiece[] {
  if (setup === null || block === null || setup.mapped.size <= 0 || setup.usable.size < 0)
    return [{ ...range, kind: 'raw' }];
  const pieces: LayoutPiece[] = [];
  let at = range.start;
  const until = (end: number, kind: LayoutPiece['kind']) => {
    if (end > at) pieces.push({ start: at, size: end - at, kind });
    at = Math.max(at, end);
  };
  until(setup.mapped.start, 'start-pad');
  until(setup.mapped.start + setup.infoReserve, 'info-block');
  for (const run of runs.filter((one) => one.where === 'device').sort((a, b) => (a.start ?? 0) - (b.start ?? 0))) {
    if (run.start === null || run.start < at || run.start >= setup.usable.start) continue;
    until(run.start, 'reserved');
    until(run.start + run.size, 'memmap');
  }
  until(setup.usable.start, 'reserved');
  until(endOf(setup.usable), 'data');
  until(endOf(range), 'end-trunc');
  return pieces;
}
