import { describe, expect, it } from 'vitest';
import { targetOf } from '../test/builders.ts';
import { explore, openQuestions } from './explore.ts';
import type { Kernel } from './kernel.ts';
import type { BehaviourName } from './types.ts';

/** A vendor kernel: everything that came after its base is open. */
const VENDOR = targetOf(4096, '5.10.0-60.18.0.50.oe2203.aarch64');
const OPEN: readonly BehaviourName[] = [
  'partialSectionsByBasePages',
  'tableSlotFilled',
  'zeroSizeCheck',
  'compoundDevmap',
  'bindPassesErrno',
  'physmemEndDynamic',
  'rodataOnIsFull',
];

const answers =
  (...names: readonly BehaviourName[]) =>
  (kernel: Kernel): string =>
    names.map((name) => (kernel.is(name) ? '1' : '0')).join('');

describe('explore', () => {
  it('asks once where nothing is open', () => {
    const { branches, complete } = explore(targetOf(4096, '6.12.117'), answers('altmapHonoured', 'zeroSizeCheck'));
    expect([branches.map(({ value }) => value), complete]).toEqual([['11'], true]);
    expect(branches[0].assumed.size).toBe(0);
  });

  it('tries every combination of the answers that matter, each once', () => {
    const { branches, complete } = explore(VENDOR, answers('altmapHonoured', 'tableSlotFilled', 'zeroSizeCheck'));
    expect(branches.map(({ value }) => value).sort()).toEqual(['100', '101', '110', '111']);
    expect(complete).toBe(true);
    expect([...(branches[0].assumed ?? [])]).toEqual([
      ['tableSlotFilled', false],
      ['zeroSizeCheck', false],
    ]);
  });

  it('does not ask what an earlier answer makes idle', () => {
    const lazy = (kernel: Kernel) =>
      kernel.is('tableSlotFilled') ? 'filled' : kernel.is('zeroSizeCheck') ? 'checked' : 'neither';
    expect(
      explore(VENDOR, lazy)
        .branches.map(({ value }) => value)
        .sort(),
    ).toEqual(['checked', 'filled', 'neither']);
  });

  it('gives up after 64 more, and says so', () => {
    const six = explore(VENDOR, answers(...OPEN.slice(0, 6)));
    expect([six.branches.length, six.complete]).toEqual([64, true]);
    const seven = explore(VENDOR, answers(...OPEN));
    expect(seven.complete).toBe(false);
    expect(seven.branches.length).toBeLessThanOrEqual(65);
  });

  it('stops once what was tried is enough', () => {
    const ask = answers('tableSlotFilled', 'zeroSizeCheck');
    const none = explore(VENDOR, ask, () => true);
    expect([none.branches.length, none.complete]).toEqual([1, false]);
    const some = explore(VENDOR, ask, (branches) => branches.some(({ value }) => value === '01'));
    expect(some.branches.map(({ value }) => value)).toEqual(['00', '01']);
    expect(some.complete).toBe(false);
    expect(explore(VENDOR, ask, () => false)).toMatchObject({ complete: true });
    expect(explore(targetOf(4096, '6.12.117'), ask, () => true).complete).toBe(true);
  });
});

describe('openQuestions', () => {
  it('names each question once, with the release and the source', () => {
    const { branches } = explore(VENDOR, answers('tableSlotFilled', 'zeroSizeCheck'));
    const questions = openQuestions(VENDOR, branches);
    expect(questions).toHaveLength(2);
    expect(questions[0]).toMatch(/^whether 5\.10\.0-60\S+ has this: .+ \[mm\/sparse-vmemmap\.c .+\]$/);
  });
});
