import { BEHAVIOURS } from './behaviours.ts';
import { Kernel } from './kernel.ts';
import type { BehaviourName, Target } from './types.ts';

/** Combinations beyond this many are not tried out: the answer is then unknown. */
const MAX_BRANCHES = 64;

export interface Branch<T> {
  readonly value: T;
  /** Answers that were assumed to get there. */
  readonly assumed: ReadonlyMap<BehaviourName, boolean>;
}

export interface Exploration<T> {
  readonly branches: readonly [Branch<T>, ...Branch<T>[]];
  /** False where there are combinations that were not tried. */
  readonly complete: boolean;
}

/**
 * Runs `ask` under every combination of answers to the open questions that it turns out to depend on; no further ones
 * once what they have led to is `enough`.
 */
export function explore<T>(
  target: Target,
  ask: (kernel: Kernel) => T,
  enough: (branches: readonly Branch<T>[]) => boolean = () => false,
): Exploration<T> {
  const pending: ReadonlyMap<BehaviourName, boolean>[] = [];
  const run = (assumed: ReadonlyMap<BehaviourName, boolean>): Branch<T> => {
    const kernel = new Kernel(target, assumed);
    const value = ask(kernel);
    const taken = new Map(assumed);
    for (const question of kernel.openQuestions) {
      if (taken.has(question)) continue;
      pending.push(new Map([...taken, [question, true]]));
      taken.set(question, false);
    }
    return { value, assumed: taken };
  };
  const branches: [Branch<T>, ...Branch<T>[]] = [run(new Map())];
  while (pending.length > 0 && branches.length <= MAX_BRANCHES && !enough(branches))
    branches.push(run(pending.pop() ?? new Map()));
  return { branches, complete: pending.length === 0 };
}

/** The open questions of an exploration, as inputs that are missing. */
export function openQuestions(target: Target, branches: readonly Branch<unknown>[]): readonly string[] {
  const names = new Set(branches.flatMap(({ assumed }) => [...assumed.keys()]));
  return [...names].map((name) => {
    const { meaning, source } = BEHAVIOURS[name];
    return `whether ${target.release.raw} has this: ${meaning} [${source}]`;
  });
}
