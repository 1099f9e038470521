import type { Input } from './make-input.ts';

/** Milliseconds for each 100 kB of an input, and for each smaller one. */
export interface Pace {
  readonly index: number;
  readonly target: string;
  readonly bytes: number;
  readonly milliseconds: number;
  readonly per100kB: number;
}

export interface Failure {
  readonly index: number;
  readonly target: string;
  readonly error: string;
}

export interface RunOptions {
  readonly make: (index: number) => Input;
  /** Number of the first input, and one past that of the last. */
  readonly first: number;
  readonly last: number;
  /** Told before each input is run; false ends the run. */
  readonly next: (index: number) => boolean;
  readonly failed: (failure: Failure) => void;
  /** Told of each input that is slower than all before for its target. */
  readonly slowest: (pace: Pace) => void;
}

const UNIT = 100_000;
/** Below this nobody wants to hear of it; and what looks slow is measured again: garbage of inputs before is collected at any time. */
const WORTH_A_LOOK = 5;
const TIMES_AGAIN = 3;

export async function runInputs({ make, first, last, next, failed, slowest }: RunOptions): Promise<void> {
  const worst = new Map<string, number>();
  for (let index = first; index < last && next(index); index++) {
    const input = make(index);
    const bytes = bytesOf(input);
    const { name } = input.target;
    const known = worst.get(name) ?? WORTH_A_LOOK;
    try {
      let milliseconds = await measure(input);
      for (let again = 0; again < TIMES_AGAIN && pace(milliseconds, bytes) > known; again++)
        milliseconds = Math.min(milliseconds, await measure(input));
      const per100kB = pace(milliseconds, bytes);
      if (per100kB <= known) continue;
      worst.set(name, per100kB);
      slowest({ index, target: name, bytes, milliseconds, per100kB });
    } catch (error) {
      failed({
        index,
        target: name,
        error: error instanceof Error ? (error.stack ?? error.message) : String(error),
      });
    }
  }
}

/** Milliseconds of processor time: of time on the clock, other processes have their share. */
async function measure(input: Input): Promise<number> {
  const begin = process.threadCpuUsage();
  const done = input.target.run(input);
  if (done !== undefined) await done;
  const { user, system } = process.threadCpuUsage(begin);
  return (user + system) / 1000;
}

function pace(milliseconds: number, bytes: number): number {
  return milliseconds / Math.max(1, bytes / UNIT);
}

function bytesOf({ parts }: Input): number {
  return [...parts.values()].reduce((sum, part) => sum + part.length, 0);
}
