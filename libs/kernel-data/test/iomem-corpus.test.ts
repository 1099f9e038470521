import { describe, expect, it } from 'vitest';
import { parseIomem, walkMap } from '../src/index.ts';
import { listShared, readShared, readTable, SKIP_REASON, SKIP_SHARED } from './shared.ts';

interface Fact {
  readonly depth: number;
  readonly start: number;
  readonly end: number;
  readonly name: string;
}

function factsByMachine(): ReadonlyMap<string, readonly Fact[]> {
  const machines = new Map<string, Fact[]>();
  for (const row of SKIP_SHARED ? [] : readTable('corpus/iomem-facts.tsv')) {
    const cell = (column: string): string => row.get(column) ?? '';
    const facts = machines.get(cell('machine')) ?? [];
    facts.push({
      depth: Number(cell('depth')),
      start: Number(cell('start')),
      end: Number(cell('end')),
      name: cell('name'),
    });
    machines.set(cell('machine'), facts);
  }
  return machines;
}

const hex = (address: number): string => address.toString(16).padStart(8, '0');

function render(facts: readonly Fact[], step: number): string {
  return facts.map((f) => `${' '.repeat(f.depth * step)}${hex(f.start)}-${hex(f.end)} : ${f.name}\n`).join('');
}

describe.skipIf(SKIP_SHARED)(`memory maps of real machines${SKIP_REASON}`, () => {
  const machines = [...factsByMachine()];

  it('has them', () => {
    expect(machines.length).toBeGreaterThan(15);
  });

  it.each(machines)('%s, rendered and read back', (_machine, facts) => {
    // Two of the excerpts were published with ranges that end before they start, and one without the parents.
    const inverted = facts.filter((f) => f.end < f.start);
    const sound = facts.filter((f) => f.end >= f.start);
    for (const step of [2, 3, 4, 6]) {
      const { map, diagnostics } = parseIomem(render(facts, step));
      const found = [...walkMap(map.entries)].map(({ entry }) => [
        entry.start,
        entry.start + entry.size - 1,
        entry.name,
      ]);
      expect(found).toEqual(sound.map((f) => [f.start, f.end, f.name]));
      expect(map.zeroed).toBe(false);
      const lines = inverted.map((f) => facts.indexOf(f) + 1);
      expect(diagnostics.filter((d) => d.severity === 'error').map((d) => d.line)).toEqual(lines);
      if (inverted.length === 0) expect(depths(map.entries)).toEqual(facts.map((f) => f.depth));
    }
  });

  it.each(filesOf('corpus/iomem', 'corpus/iomem-x86'))('%s parses', (path) => {
    const { map, diagnostics } = parseIomem(readShared(path), path);
    const errors = diagnostics.filter((d) => d.severity === 'error');
    if (path.includes('MALFORMED')) expect(errors.map((d) => d.line)).toEqual([2, 3, 4, 5, 6, null]);
    else expect(errors).toEqual([]);
    expect(map.entries.length).toBeGreaterThan(0);
  });

  it.each(filesOf('ground-truth/captures'))('%s parses without a remark', (path) => {
    const text = readShared(`${path}/iomem`);
    const { map, diagnostics } = parseIomem(text, path);
    expect(diagnostics).toEqual([]);
    expect([...walkMap(map.entries)].length).toBe(text.trimEnd().split('\n').length);
  });
});

function depths(entries: Parameters<typeof walkMap>[0]): readonly number[] {
  return [...walkMap(entries)].map(({ parents }) => parents.length);
}

function filesOf(...folders: string[]): readonly string[] {
  return SKIP_SHARED ? [] : folders.flatMap((folder) => listShared(folder).map((file) => `${folder}/${file}`));
}
