import { type Spread, spreadOf } from './figure.ts';

/** Times of two things that were measured in turn: A B A B ... Milliseconds for one call. */
export interface SideBySide {
  readonly a: Spread;
  readonly b: Spread;
  /** a / b, round by round. */
  readonly ratio: Spread;
}

export interface SideBySideOptions {
  readonly rounds: number;
  /** How long each side runs in each round. */
  readonly minMs: number;
}

/** Both sides take turns so often within a round: what disturbs the machine for a while disturbs both. */
const TURNS = 10;
const WARM_UP_MS = 300;

/** Keeps results alive, so that no call is optimised away. */
const kept: unknown[] = [null];

/** Milliseconds for so many calls. */
function timeOf(work: () => unknown, times: number): number {
  const started = performance.now();
  for (let i = 0; i < times; i++) kept[0] = work();
  return performance.now() - started;
}

/** How often `work` has to run to take so long; also lets V8 optimise it. */
function timesFor(work: () => unknown, ms: number): number {
  let calls = 0;
  let took = 0;
  for (let times = 1; took < WARM_UP_MS; times *= 2) {
    calls += times;
    took += timeOf(work, times);
  }
  return Math.max(1, Math.round((ms * calls) / took));
}

/** Two pieces of synchronous work, in turn. */
export function sideBySide(a: () => unknown, b: () => unknown, { rounds, minMs }: SideBySideOptions): SideBySide {
  const timesOfA = timesFor(a, minMs / TURNS);
  const timesOfB = timesFor(b, minMs / TURNS);
  // Work that takes longer than its turn has one turn a round.
  const turns = timesOfA === 1 || timesOfB === 1 ? 1 : TURNS;
  const as: number[] = [];
  const bs: number[] = [];
  for (let round = 0; round < rounds; round++) {
    let ofA = 0;
    let ofB = 0;
    for (let turn = 0; turn < turns; turn++) {
      ofA += timeOf(a, timesOfA);
      ofB += timeOf(b, timesOfB);
    }
    as.push(ofA / (turns * timesOfA));
    bs.push(ofB / (turns * timesOfB));
  }
  return sideBySideOf(as, bs);
}

export function sideBySideOf(as: readonly number[], bs: readonly number[]): SideBySide {
  const ratios = as.map((a, i) => a / (bs[i] ?? Number.NaN));
  return { a: spreadOf(as), b: spreadOf(bs), ratio: spreadOf(ratios) };
}
