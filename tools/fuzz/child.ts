import { openSync, writeSync } from 'node:fs';
import { readBases } from './bases.ts';
import { makeInput } from './make-input.ts';
import { type Failure, type Pace, runInputs } from './run-inputs.ts';

export interface ChildTask {
  readonly seed: number;
  readonly first: number;
  readonly last: number;
  /** Date.now() after which no input is begun; null for never. */
  readonly until: number | null;
  /** File that holds the number of the input that runs, as four bytes. */
  readonly position: string;
}

export type ChildMessage =
  | { readonly is: 'started'; readonly from: readonly string[] }
  | ({ readonly is: 'failed' } & Failure)
  | ({ readonly is: 'slowest' } & Pace)
  | { readonly is: 'done'; readonly ran: number; readonly memory: Memory };

/** Bytes: heap in use after a garbage collection, early and at the end; most memory of the process. */
export interface Memory {
  readonly before: number;
  readonly after: number;
  readonly peak: number;
}

/** Until then code is compiled and caches fill up. */
const WARM = 2_000;

const { seed, first, last, until, position } = JSON.parse(process.argv[2] ?? '') as ChildTask;
const file = openSync(position, 'w');
const number = Buffer.alloc(4);
const send = (message: ChildMessage): void => void process.send?.(message);

// Whoever started it is gone.
const orphaned = (): void => process.exit(1);
process.once('disconnect', orphaned);

function heapNow(): number {
  globalThis.gc?.();
  return process.memoryUsage().heapUsed;
}

const bases = readBases();
send({ is: 'started', from: bases.from });
let before = 0;
let ran = 0;
await runInputs({
  make: (index) => makeInput(seed, index, bases),
  first,
  last,
  next: (index) => {
    if (until !== null && Date.now() > until) return false;
    if (ran === 0 || ran === WARM) before = heapNow();
    number.writeUInt32LE(index);
    writeSync(file, number, 0, number.length, 0);
    ran++;
    return true;
  },
  failed: (failure) => send({ is: 'failed', ...failure }),
  slowest: (pace) => send({ is: 'slowest', ...pace }),
});
const peak = process.resourceUsage().maxRSS * 1024;
send({ is: 'done', ran, memory: { before, after: heapNow(), peak } });
process.off('disconnect', orphaned);
process.disconnect?.();
