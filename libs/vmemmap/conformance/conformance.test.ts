import { afterAll, describe, expect, it } from 'vitest';
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
  const kernels = [...new Set(boots.map(({ kernel }) => kernel))];
  const tallies = new Map<string, Tally>();

  afterAll(() => {
    console.table(Object.fromEntries([...tallies].sort(([a], [b]) => a.localeCompare(b))));
  });

  function count(row: string, agrees: boolean): void {
    const tally = tallies.get(row) ?? { steps: 0, agree: 0, disagree: 0 };
    tally.steps += 1;
    if (agrees) tally.agree += 1;
    else tally.disagree += 1;
    tallies.set(row, tally);
  }

  it('has the recordings', () => {
    expect(boots.length).toBeGreaterThan(200);
  });

  it.each(kernels)('agrees number for number, and prints what the kernel prints: %s', (name) => {
    const failures: string[] = [];
    const spoken: string[] = [];
    for (const { script, observed } of boots.filter(({ kernel }) => kernel === name)) {
      const ram = physicalMapOf(script.map).ram.map((bank) => ({ start: bank.start, end: bank.start + bank.size }));
      simulate(script).forEach((line, index) => {
        const seen = observed[index];
        const step = script.steps[index];
        if (seen === undefined || step === undefined) return;
        const found = differences(line, seen, ram);
        const key = `${script.boot} ${line.step}`;
        for (const row of [name, `all ${step.op}`]) count(row, found.length === 0);
        if (found.length > 0 && KNOWN_DIFFERENCES[key] === undefined) failures.push(`${key}: ${found.join('; ')}`);
        const words = seen.complete ? messageDifferences(line, seen) : [];
        if (words.length > 0) spoken.push(`${key}: ${words.join('; ')}`);
      });
    }
    expect(failures).toEqual([]);
    expect(spoken).toEqual([]);
  });
});
