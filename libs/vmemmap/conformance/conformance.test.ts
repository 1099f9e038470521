import { describe, expect, it } from 'vitest';
import { physicalMapOf, simulate } from '../src/index.ts';
import { differences, messageDifferences } from './compare.ts';
import { readBoots } from './read-boots.ts';

/** Steps in which model and kernel are known to differ, with the cause; the aim is none. */
const KNOWN_DIFFERENCES: Readonly<Record<string, string>> = {};

interface Tally {
  steps: number;
  agree: number;
  disagree: number;
}

describe('conformance with booted kernels', () => {
  const boots = readBoots(new URL('.', import.meta.url));

  // Each test simulates anew: the mutation tester must see which test reaches what.
  function compareAll() {
    const tallies = new Map<string, Tally>();
    const failures: string[] = [];
    const spoken: string[] = [];
    for (const { script, kernel, observed } of boots) {
      const ram = physicalMapOf(script.map).ram.map((bank) => ({ start: bank.start, end: bank.start + bank.size }));
      simulate(script).forEach((line, index) => {
        const seen = observed[index];
        const step = script.steps[index];
        if (seen === undefined || step === undefined) return;
        const found = differences(line, seen, ram);
        const key = `${script.boot} ${line.step}`;
        const known = KNOWN_DIFFERENCES[key] !== undefined;
        for (const row of [kernel, `all ${step.op}`]) {
          const tally = tallies.get(row) ?? { steps: 0, agree: 0, disagree: 0 };
          tally.steps += 1;
          if (found.length === 0) tally.agree += 1;
          else tally.disagree += 1;
          tallies.set(row, tally);
        }
        if (found.length > 0 && !known) failures.push(`${key}: ${found.join('; ')}`);
        const words = seen.complete ? messageDifferences(line, seen) : [];
        if (words.length > 0) spoken.push(`${key}: ${words.join('; ')}`);
      });
    }
    return { tallies, failures, spoken };
  }

  it('has the recordings', () => {
    expect(boots.length).toBeGreaterThan(200);
  });

  it('agrees number for number', () => {
    const { tallies, failures } = compareAll();
    console.table(Object.fromEntries([...tallies].sort(([a], [b]) => a.localeCompare(b))));
    expect(failures).toEqual([]);
  });

  it('prints what the kernel prints', () => {
    const { spoken } = compareAll();
    expect(spoken).toEqual([]);
  });
});
