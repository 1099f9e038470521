import { fork } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { ChildMessage, ChildTask, Memory } from './child.ts';
import type { Options } from './options.ts';
import type { Failure, Pace } from './run-inputs.ts';

export interface FuzzResult {
  readonly ran: number;
  readonly seconds: number;
  readonly failures: readonly Failure[];
  /** Of each target the slowest input, the worst first. */
  readonly worst: readonly Pace[];
  /** Of the last process: each crash or hang starts a new one. */
  readonly memory: Memory | null;
  readonly from: readonly string[];
}

/** What may be otherwise in a test. */
export interface WatchOptions {
  /** Ends the run with what it has shown so far. */
  readonly signal?: AbortSignal;
  readonly child?: URL;
  /** No input is larger than some 500 kB, so nothing may take this long, on a machine that does other things as well. */
  readonly hangsAfterMs?: number;
}

/** More heap than this is a crash. */
const HEAP_MB = 512;
const LOOK_EVERY_MS = 250;
const MOST_LAST_WORDS = 2_000;

/** Runs the inputs in a process of their own, so that a hang or a full heap ends one input and not the run. */
export async function watch(
  options: Options,
  progress: (ran: number) => void,
  {
    child = new URL('./child.ts', import.meta.url),
    hangsAfterMs = 20_000,
    signal = new AbortController().signal,
  }: WatchOptions = {},
): Promise<FuzzResult> {
  const begin = performance.now();
  const until = options.seconds === null ? null : Date.now() + options.seconds * 1000;
  const first = options.at ?? 0;
  const last = options.at === null ? options.inputs : options.at + 1;
  const folder = mkdtempSync(join(tmpdir(), 'altmap-fuzz-run-'));
  const failures: Failure[] = [];
  const worst = new Map<string, Pace>();
  let memory: Memory | null = null;
  let from: readonly string[] = [];
  let next = first;
  const take = (message: ChildMessage): number => {
    if (message.is === 'started') from = message.from;
    if (message.is === 'failed') failures.push(message);
    if (message.is === 'slowest' && message.per100kB > (worst.get(message.target)?.per100kB ?? 0))
      worst.set(message.target, message);
    if (message.is === 'done') memory = message.memory;
    return message.is === 'done' ? message.ran : 0;
  };
  try {
    while (next < last && !signal.aborted && (until === null || Date.now() < until)) {
      const task: ChildTask = { seed: options.seed, first: next, last, until, position: join(folder, 'position') };
      const end = await runChild({ child, hangsAfterMs, signal }, task, take, (index) => progress(index - first));
      next = end.next;
      if (end.died !== null) failures.push({ index: next - 1, target: 'the process', error: end.died });
      else break;
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  const slowest = [...worst.values()].toSorted((a, b) => b.per100kB - a.per100kB);
  return { ran: next - first, seconds: (performance.now() - begin) / 1000, failures, worst: slowest, memory, from };
}

/** Ends when the process does. `next` is the number of the input after the last one that was run. */
function runChild(
  { child, hangsAfterMs, signal }: Required<WatchOptions>,
  task: ChildTask,
  take: (message: ChildMessage) => number,
  progress: (index: number) => void,
): Promise<{ next: number; died: string | null }> {
  const { promise, resolve, reject } = Promise.withResolvers<{ next: number; died: string | null }>();
  const running = fork(fileURLToPath(child), [JSON.stringify(task)], {
    execArgv: [`--max-old-space-size=${HEAP_MB}`, '--expose-gc'],
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
  });
  // The position is that of the process before until this one begins: it has no file then.
  rmSync(task.position, { force: true });
  const position = (): number | null => (existsSync(task.position) ? readPosition(task.position) : null);
  let done: number | null = null;
  let lastWords = '';
  let hangs = false;
  let seen: number | null = null;
  let since = performance.now();
  const timer = setInterval(() => {
    const index = position();
    if (index === null || index !== seen) since = performance.now();
    seen = index;
    if (index === null) return;
    progress(index);
    if (performance.now() - since < hangsAfterMs) return;
    hangs = true;
    running.kill('SIGKILL');
  }, LOOK_EVERY_MS);
  running.on('message', (message) => {
    const ran = take(message as ChildMessage);
    if (ran > 0) done = ran;
  });
  running.stderr?.on('data', (text: Buffer) => {
    lastWords = (lastWords + text.toString()).slice(-MOST_LAST_WORDS);
  });
  const stop = (): void => void running.kill('SIGKILL');
  signal.addEventListener('abort', stop);
  running.on('close', (status, killedBy) => {
    clearInterval(timer);
    signal.removeEventListener('abort', stop);
    if (done !== null) return resolve({ next: task.first + done, died: null });
    const at = position();
    if (signal.aborted) return resolve({ next: at ?? task.first, died: null });
    if (at === null)
      return reject(new Error(`expected ${fileURLToPath(child)} to begin with its inputs\n${lastWords}`));
    const why = hangs ? `hangs: no end after ${hangsAfterMs / 1000} s` : `ended with ${killedBy ?? status}`;
    resolve({ next: at + 1, died: `${why}\n${lastWords}` });
  });
  return promise;
}

/** Null where the process has opened it and not yet written. */
function readPosition(path: string): number | null {
  const bytes = readFileSync(path);
  return bytes.length < 4 ? null : bytes.readUInt32LE();
}
