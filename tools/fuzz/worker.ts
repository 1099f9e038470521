import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { parentPort, workerData } from 'node:worker_threads';
import { readBases } from './bases.ts';
import { makeInput } from './make-input.ts';
import { type Failure, type Pace, runInputs } from './run-inputs.ts';

export interface WorkerTask {
  readonly seed: number;
  readonly first: number;
  readonly last: number;
  /** [number of the input that runs, 1 to stop]. */
  readonly shared: SharedArrayBuffer;
}

export type WorkerMessage =
  | { readonly is: 'started'; readonly from: readonly string[] }
  | ({ readonly is: 'failed' } & Failure)
  | ({ readonly is: 'slowest' } & Pace)
  | { readonly is: 'done'; readonly ran: number; readonly heap: Heap };

/** Bytes in use after a garbage collection. */
export interface Heap {
  readonly before: number;
  readonly after: number;
}

/** Until then code is compiled and caches fill up. */
const WARM = 2_000;

const { seed, first, last, shared } = workerData as WorkerTask;
const state = new Int32Array(shared);
const send = (message: WorkerMessage): void => parentPort?.postMessage(message);

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;
function heapNow(): number {
  collect();
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
    if (index === first + Math.min(WARM, Math.floor((last - first) / 2))) before = heapNow();
    Atomics.store(state, 0, index);
    ran = index - first;
    return Atomics.load(state, 1) === 0;
  },
  failed: (failure) => send({ is: 'failed', ...failure }),
  slowest: (pace) => send({ is: 'slowest', ...pace }),
});
if (Atomics.load(state, 1) === 0) ran = last - first;
send({ is: 'done', ran, heap: { before, after: heapNow() } });
