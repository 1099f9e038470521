import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { MapEntry, MemoryMap } from './memory-map.ts';
import { walkMap } from './memory-map.ts';
import { parseIomem } from './parse-iomem.ts';

/** As the kernel prints a map; `step` and `lead` as other tools do. */
function render(entries: readonly MapEntry[], step = 2, lead = 0): string {
  const line = (entry: MapEntry, depth: number): string => {
    const digits = (n: number): string => n.toString(16).padStart(8, '0');
    const range = `${digits(entry.start)}-${digits(entry.start + entry.size - 1)}`;
    const own = `${' '.repeat(lead + step * depth)}${range} : ${entry.name}\n`;
    return own + entry.children.map((child) => line(child, depth + 1)).join('');
  };
  return entries.map((entry) => line(entry, 0)).join('');
}

const outline = (map: MemoryMap): string[] =>
  [...walkMap(map.entries)].map(({ entry, parents }) => [...parents, entry].map((e) => e.name).join(' > '));

const remarks = (text: string): [number | null, string, string][] =>
  parseIomem(text).diagnostics.map((d) => [d.line, d.severity, d.message]);

describe('parseIomem', () => {
  it('reads a tree with names of every kind', () => {
    const text = [
      '09000000-09000fff : pl011@9000000',
      '  09000000-09000fff : 9000000.pl011 pl011@9000000',
      '10000000-3efeffff : PCI Bus 0000:00',
      '  10000000-10000fff : 0000:00:01.0',
      '    10000000-10000fff : a : b',
      '40000000-7fffffff : System RAM',
      '280000000-33fffffff : Persistent Memory',
      '  280000000-2881fffff : namespace0.0',
      '  288200000-33fffffff : dax0.0',
      '    288200000-33fffffff : System RAM (kmem)',
      '',
    ].join('\n');
    const { map, diagnostics } = parseIomem(text);
    expect(diagnostics).toEqual([]);
    expect(map.zeroed).toBe(false);
    expect(outline(map)).toEqual([
      'pl011@9000000',
      'pl011@9000000 > 9000000.pl011 pl011@9000000',
      'PCI Bus 0000:00',
      'PCI Bus 0000:00 > 0000:00:01.0',
      'PCI Bus 0000:00 > 0000:00:01.0 > a : b',
      'System RAM',
      'Persistent Memory',
      'Persistent Memory > namespace0.0',
      'Persistent Memory > dax0.0',
      'Persistent Memory > dax0.0 > System RAM (kmem)',
    ]);
    expect(map.entries[2]).toMatchObject({ start: 0x40000000, size: 0x40000000 });
  });

  it('sees that the file was read without root', () => {
    const { map, diagnostics } = parseIomem('00000000-00000000 : System RAM\n  00000000-00000000 : Kernel code\n');
    expect(map.zeroed).toBe(true);
    expect(outline(map)).toEqual(['System RAM', 'System RAM > Kernel code']);
    expect(map.entries[0]?.size).toBe(0);
    expect(diagnostics).toMatchObject([{ line: null, severity: 'error', expected: 'read as root' }]);
    expect(parseIomem('00000000-00000000 : a\n00000000-00000fff : b\n').map.zeroed).toBe(false);
    expect(parseIomem('').map).toEqual({ entries: [], zeroed: false });
  });

  it('leaves out what ends before it starts, and says where', () => {
    const { map, diagnostics } = parseIomem(
      '00001000-00001fff : a\n200000000-5bffffff : dax6.0\n00003000-00003000 : b\n',
    );
    expect(outline(map)).toEqual(['a', 'b']);
    expect(map.entries[1]?.size).toBe(1);
    expect(diagnostics).toMatchObject([
      { line: 2, severity: 'error', message: '200000000-5bffffff ends before it starts: the entry is left out' },
    ]);
  });

  it('never rounds an address', () => {
    const lines = ['1-1fffffffffffff : most', '1-20000000000000 : more', 'ffffffffffff0000-ffffffffffffffff : end'];
    const { map, diagnostics } = parseIomem(lines.join('\n'));
    expect(map.entries).toMatchObject([{ start: 1, size: Number.MAX_SAFE_INTEGER, name: 'most' }]);
    expect(diagnostics.map((d) => [d.line, d.severity])).toEqual([
      [2, 'error'],
      [3, 'error'],
    ]);
  });

  it('reports overlapping ranges of one level', () => {
    const found = remarks(
      '00000000-0000ffff : a\n  00000000-00000fff : b\n  00000800-00001fff : c\n00008000-0001ffff : d\n',
    );
    expect(found).toEqual([
      [4, 'warning', '"d" overlaps "a" of line 1'],
      [3, 'warning', '"c" overlaps "b" of line 2'],
    ]);
  });

  it('puts a child whose parent was cut off where the addresses say', () => {
    const text =
      '  00001000-00001fff : orphan\n10000000-1fffffff : a\n  10000000-10000fff : b\n  30000000-30000fff : c\n    30000000-300000ff : d\n';
    const { map } = parseIomem(text);
    expect(outline(map)).toEqual(['orphan', 'a', 'a > b', 'c', 'c > d']);
    expect(remarks(text)).toEqual([
      [1, 'info', '"orphan" is indented but stands under no entry: its parents were cut off'],
      [4, 'warning', '"c" does not lie in "a", under which it stands'],
    ]);
  });

  it('mends wrapped and joined lines', () => {
    const text = [
      '40000000-7fffffff : System',
      'RAM',
      '  40200000-',
      '41f2ffff : Kernel code',
      '  428f0000-42ddffff :',
      'Kernel data',
      '80000000-ffffffff : namespace0.0 100000000-17fffffff : namespace1.0  180000000-181ffffff : x',
    ].join('\n');
    const { map } = parseIomem(text);
    expect(outline(map)).toEqual([
      'System RAM',
      'System RAM > Kernel code',
      'System RAM > Kernel data',
      'namespace0.0',
      'namespace1.0',
      'x',
    ]);
    expect(
      parseIomem(text)
        .diagnostics.filter((d) => d.severity === 'warning')
        .map((d) => [d.line, d.column ?? null]),
    ).toEqual(
      expect.arrayContaining([
        [2, null],
        [3, null],
        [5, null],
        [7, 34],
        [7, 70],
      ]),
    );
  });

  it('says that entries are left out at "..."', () => {
    const { map } = parseIomem('00001000-00001fff : a\n...\n40000000-7fffffff : System RAM\n');
    expect(map.entries.length).toBe(2);
    expect(remarks('00001000-00001fff : a\n...\n')).toMatchObject([
      [2, 'warning', expect.stringContaining('left out')],
    ]);
  });

  it.each([
    '10000000-101fffff',
    '10201000 : reserved',
    ': System RAM',
    '141GGGGG-14154fff : reserved',
    'cat: /proc/iomem: x',
  ])('refuses %s', (line) => {
    const { map, diagnostics } = parseIomem(`00001000-00001fff : a\n${line}\n00003000-00003fff : b\n`);
    expect(outline(map)).toEqual(['a', 'b']);
    expect(diagnostics).toMatchObject([{ line: 2, severity: 'error', expected: 'start-end : name, hexadecimal' }]);
  });

  it('says that a text is no memory map', () => {
    expect(remarks('<html>\n').map(([line, severity]) => [line, severity])).toEqual([
      [1, 'error'],
      [null, 'error'],
    ]);
  });

  it('nests the sixth level by address, since the kernel indents only five', () => {
    const lines = Array.from(
      { length: 8 },
      (_, i) => `${' '.repeat(Math.min(i, 5) * 2)}00000000-0000${(15 - i).toString(16)}fff : l${i}`,
    );
    const { map, diagnostics } = parseIomem(lines.join('\n'));
    expect(outline(map).at(-1)).toBe('l0 > l1 > l2 > l3 > l4 > l5 > l6 > l7');
    expect(diagnostics).toEqual([]);
  });

  it('takes a megabyte of deeper and deeper lines without deep recursion', () => {
    const lines = Array.from({ length: 1400 }, (_, i) => `${' '.repeat(i)}00000000-0000ffff : l${i}`);
    expect(() => parseIomem(lines.join('\n'))).not.toThrow();
  });

  const name = fc.stringMatching(/^[A-Za-z][A-Za-z0-9:. ()@_-]{0,20}[a-z0-9)]$/).filter((n) => !n.includes('  '));
  /** A level of siblings inside [start, start + size), with gaps, children inside each. */
  const level = (start: number, size: number, depth: number): fc.Arbitrary<MapEntry[]> =>
    fc
      .array(fc.record({ gap: fc.nat({ max: 3 }), share: fc.integer({ min: 1, max: 4 }), name }), { maxLength: 3 })
      .chain((plan) => {
        const unit = Math.floor(size / (plan.reduce((sum, p) => sum + p.gap + p.share, 0) + 1));
        if (unit < 4 || plan.length === 0) return fc.constant([]);
        let at = start;
        const entries = plan.map((p) => {
          const from = at + p.gap * unit;
          const own = { start: from, size: p.share * unit, name: p.name };
          at = from + own.size;
          const inner = depth === 0 ? fc.constant<MapEntry[]>([]) : level(own.start, own.size, depth - 1);
          return inner.map((children): MapEntry => ({ ...own, children }));
        });
        return fc.tuple(...entries);
      });

  it('reads back any map, whatever the step of its indentation', () => {
    const maps = level(0, 2 ** 52, 4);
    fc.assert(
      fc.property(maps, fc.constantFrom(1, 2, 3, 4, 6, 8), fc.nat({ max: 9 }), (entries, step, lead) => {
        const { map, diagnostics } = parseIomem(render(entries, step, lead));
        expect(map.entries).toEqual(entries);
        expect(diagnostics).toEqual([]);
      }),
    );
  });

  it('never throws, and every entry lies in its parent', () => {
    const piece = fc.constantFrom(
      '4000',
      '0000',
      '7fffffff',
      '-',
      ' : ',
      ':',
      ' ',
      '  ',
      '\n',
      '\t',
      '...',
      'System',
      'RAM',
      '\u0000',
    );
    const text = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.array(piece, { maxLength: 80 }).map((p) => p.join('')),
    );
    fc.assert(
      fc.property(text, (input) => {
        const { map } = parseIomem(input);
        for (const { entry, parents } of walkMap(map.entries)) {
          const parent = parents.at(-1);
          if (parent === undefined) continue;
          expect(entry.start).toBeGreaterThanOrEqual(parent.start);
          expect(entry.start + entry.size).toBeLessThanOrEqual(parent.start + parent.size);
        }
      }),
      { numRuns: 500 },
    );
  });
});
