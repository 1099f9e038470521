import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseZoneinfo } from './parse-zoneinfo.ts';

describe('parseZoneinfo', () => {
  it('reads the zones of every node', () => {
    const { zones, diagnostics } = parseZoneinfo(
      [
        'Node 0, zone      DMA',
        '  per-node stats',
        '      nr_inactive_anon 0',
        '  pages free     493361',
        '        min      5632',
        '        spanned  770048',
        '        present  540672',
        '        managed  501793',
        '        protection: (0, 0, 0, 0, 0)',
        '      nr_free_pages 493361',
        '  start_pfn:           16384',
        'Node 1, zone   Device',
        '  pages free     0',
        '        spanned  524288',
        '',
      ].join('\n'),
    );
    expect(diagnostics).toEqual([]);
    expect(zones).toEqual([
      { node: 0, name: 'DMA', free: 493361, spanned: 770048, present: 540672, managed: 501793, startPfn: 16384 },
      { node: 1, name: 'Device', free: 0, spanned: 524288, present: null, managed: null, startPfn: null },
    ]);
  });

  it('says what stands before the first zone or cannot be counted', () => {
    const { zones, diagnostics } = parseZoneinfo('what\n\nNode 0, zone DMA\n  pages free     9007199254740992\n');
    expect(zones).toMatchObject([{ free: null }]);
    expect(diagnostics.map((d) => [d.line, d.severity])).toEqual([
      [1, 'error'],
      [4, 'error'],
    ]);
  });

  it('never throws', () => {
    fc.assert(fc.property(fc.string({ unit: 'binary' }), (text) => void parseZoneinfo(`Node 0, zone DMA\n${text}`)));
  });
});
