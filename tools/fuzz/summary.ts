import type { FuzzResult } from './watch.ts';

const MB = 1024 * 1024;
/** Milliseconds for 100 kB: what is above is told as slow. */
const BOUND = 100;
const MOST_SHOWN = 20;
const MOST_SLOW = 5;

/** What a run has shown, for a terminal. `save` writes an input and says where. */
export function summaryOf(result: FuzzResult, seed: number, save: (index: number) => string): string {
  const { ran, seconds, failures, worst, memory, from } = result;
  const lines = [
    `from ${from.join(', ')}`,
    `${ran} inputs in ${seconds.toFixed(0)} s, ${(ran / seconds).toFixed(0)} a second, seed ${seed}`,
  ];
  if (worst.length === 0) lines.push('worst: no input took 5 ms for 100 kB');
  for (const { index, target, bytes, milliseconds, per100kB } of worst.slice(0, MOST_SLOW)) {
    const verdict = per100kB > BOUND ? ` (SLOW, expected at most ${BOUND})` : '';
    const what = `input ${index}, ${bytes} bytes in ${milliseconds.toFixed(1)} ms, ${save(index)}`;
    lines.push(`worst of ${target}: ${per100kB.toFixed(1)} ms for 100 kB${verdict}: ${what}`);
  }
  if (memory !== null) {
    const { before, after, peak } = memory;
    const grown = (after - before) / MB;
    lines.push(
      `heap after collection: ${(before / MB).toFixed(1)} MB early, ${(after / MB).toFixed(1)} MB at the end (${grown >= 0 ? '+' : ''}${grown.toFixed(1)}); most memory of the process ${(peak / MB).toFixed(0)} MB`,
    );
  }
  lines.push(failures.length === 0 ? 'no failure' : `${failures.length} failures`);
  for (const { index, target, error } of failures.slice(0, MOST_SHOWN)) {
    lines.push(`  input ${index}, ${target}: ${error.split('\n')[0]}`);
    lines.push(`    ${save(index)}; again: npm run fuzz -- --seed ${seed} --at ${index}`);
  }
  if (failures.length > MOST_SHOWN) lines.push(`  and ${failures.length - MOST_SHOWN} more`);
  return `${lines.join('\n')}\n`;
}
