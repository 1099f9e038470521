import { Worker } from 'node:worker_threads';
import type { Options } from './options.ts';
import type { Failure, Pace } from './run-inputs.ts';
import type { Heap, WorkerMessage, WorkerTask } from './worker.ts';

export interface FuzzResult {
  readonly ran: number;
  readonly seconds: number;
  readonly failures: readonly Failure[];
  /** Of each target the slowest input, the worst first. */
  readonly worst: readonly Pace[];
  /** Of the last worker: each crash or hang starts a new one. */
  readonly heap: Heap | null;
  /** Most memory of the process, in bytes. */
  readonly peak: number;
  readonly from: readonly string[];
}

/** No input is larger than 512 kB, so nothing may take this long, on a machine that does other things as well. */
const HANGS_AFTER_MS = 20_000;
/** What a server has for a worker; more is a crash. */
const HEAP_MB = 512;
const LOOK_EVERY_MS = 500;

/** Runs the inputs in a thread of their own, so that a hang or a full heap ends one input and not the run. */
export async function watch(options: Options, progress: (ran: number) => void): Promise<FuzzResult> {
  const begin = performance.now();
  const failures: Failure[] = [];
  const worst = new Map<string, Pace>();
  let heap: Heap | null = null;
  let from: readonly string[] = [];
  let peak = 0;
  let next = options.at ?? 0;
  const last = options.at === null ? options.inputs : options.at + 1;
  const start = next;
  let isOver = false;
  while (next < last && !isOver) {
    const shared = new SharedArrayBuffer(8);
    const state = new Int32Array(shared);
    Atomics.store(state, 0, next);
    const task: WorkerTask = { seed: options.seed, first: next, last, shared };
    const worker = new Worker(new URL('./worker.ts', import.meta.url), {
      workerData: task,
      resourceLimits: { maxOldGenerationSizeMb: HEAP_MB },
    });
    let done: number | null = null;
    let died: string | null = null;
    let seen = -1;
    let since = performance.now();
    const timer = setInterval(() => {
      const index = Atomics.load(state, 0);
      const now = performance.now();
      peak = Math.max(peak, process.memoryUsage.rss());
      progress(index - start);
      if (options.seconds !== null && now - begin > options.seconds * 1000) {
        isOver = true;
        Atomics.store(state, 1, 1);
      }
      if (index !== seen) {
        seen = index;
        since = now;
      } else if (now - since > HANGS_AFTER_MS) {
        died = `hangs: no end after ${HANGS_AFTER_MS / 1000} s`;
        void worker.terminate();
      }
    }, LOOK_EVERY_MS);
    worker.on('message', (message: WorkerMessage) => {
      if (message.is === 'started') from = message.from;
      if (message.is === 'failed') failures.push(message);
      if (message.is === 'slowest' && message.per100kB > (worst.get(message.target)?.per100kB ?? 0))
        worst.set(message.target, message);
      if (message.is === 'done') {
        done = message.ran;
        heap = message.heap;
      }
    });
    worker.on('error', (error: unknown) => {
      died = error instanceof Error ? (error.stack ?? error.message) : String(error);
    });
    await new Promise<void>((resolve) => {
      worker.once('exit', () => resolve());
    });
    clearInterval(timer);
    if (done !== null) next += done;
    else {
      const index = Atomics.load(state, 0);
      failures.push({ index, target: 'the worker', error: died ?? 'ended early' });
      next = index + 1;
    }
  }
  const seconds = (performance.now() - begin) / 1000;
  const slowest = [...worst.values()].toSorted((a, b) => b.per100kB - a.per100kB);
  return { ran: next - start, seconds, failures, worst: slowest, heap, peak, from };
}
