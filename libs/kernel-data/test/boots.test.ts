import { describe, expect, it } from 'vitest';
import { parseDmesg, parseIomem } from '../src/index.ts';
import { readShared, SKIP_REASON, SKIP_SHARED } from './shared.ts';

interface Boot {
  readonly boot: string;
  readonly iomem: string | null;
  readonly memory: readonly (readonly [string | number, string | number])[];
  readonly steps: readonly {
    readonly id: string;
    readonly observed?: { readonly errno?: number | null; readonly messages?: readonly string[] };
  }[];
}

const boots = SKIP_SHARED
  ? []
  : readShared('ground-truth/boots.jsonl.gz')
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as Boot);

describe.skipIf(SKIP_SHARED)(`recorded boots${SKIP_REASON}`, () => {
  it('shows the RAM that the machine had in every memory map', () => {
    expect(boots.length).toBeGreaterThan(50);
    for (const { boot, iomem, memory } of boots) {
      if (iomem === null) continue;
      const { map, diagnostics } = parseIomem(iomem, boot);
      expect(diagnostics.filter((d) => d.severity === 'error')).toEqual([]);
      const ram = map.entries
        .filter((entry) => entry.name === 'System RAM')
        .reduce((sum, entry) => sum + entry.size, 0);
      expect(ram).toBeGreaterThan(0);
      expect(ram).toBeLessThanOrEqual(memory.reduce((sum, [, size]) => sum + Number(size), 0));
    }
  });

  it('reads from the messages of a step the error that its probe ended with', () => {
    let compared = 0;
    for (const { steps } of boots) {
      for (const { id, observed } of steps) {
        const text = (observed?.messages ?? []).join('\n');
        const errnos = parseDmesg(text).log.events.flatMap((event) =>
          event.code === 'probe-failed' ? [event.numbers['errno']] : [],
        );
        const printed = [...text.matchAll(/failed with error -(\d+)/g)].map((match) => Number(match[1]));
        expect([id, ...errnos]).toEqual([id, ...printed]);
        compared += printed.length;
      }
    }
    expect(compared).toBeGreaterThan(200);
  });
});
