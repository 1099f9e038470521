import type { PartKind } from '@altmap/protocol';
import { describe, expect, it } from 'vitest';
import { diffEvidence, isSameReport } from './diff-evidence.ts';

const IOMEM = '40000000-bfffffff : System RAM\n  40210000-41ffffff : Kernel code\n240000000-27fffffff : namespace0.0\n';

function side(parts: Partial<Record<PartKind, string>>, said: { release?: string; pageSize?: number } = {}) {
  const evidence = new Map(
    Object.entries(parts).map(([kind, text]) => [kind as PartKind, new TextEncoder().encode(text)]),
  );
  return { evidence, said: { release: said.release ?? '6.12.1', pageSize: said.pageSize ?? 4096 } };
}

describe('diffEvidence', () => {
  it('finds nothing between a report and itself', () => {
    const one = side({ config: 'CONFIG_X=y\n', iomem: IOMEM });
    const diff = diffEvidence(one, one);
    expect(diff).toMatchObject({ release: null, pageSize: null, config: { changes: [] }, memoryMap: [], devices: [] });
    expect(isSameReport(diff)).toBe(true);
  });

  it('tells release, page size and symbols', () => {
    const diff = diffEvidence(
      side({ config: 'CONFIG_X=y\n' }),
      side({ config: '# CONFIG_X is not set\n' }, { release: '6.13.0', pageSize: 65536 }),
    );
    expect(diff).toMatchObject({
      release: { before: '6.12.1', after: '6.13.0' },
      pageSize: { before: 4096, after: 65536 },
      config: {
        complete: { before: false, after: false },
        changes: [{ symbol: 'X', before: { state: 'set', value: 'y' }, after: { state: 'not-set' } }],
      },
    });
    expect(isSameReport(diff)).toBe(false);
  });

  it('tells entries of the memory map that only one side has, each where it lies', () => {
    const after = IOMEM.replace('40210000-41ffffff', '40410000-421fffff');
    const diff = diffEvidence(side({ iomem: IOMEM }), side({ iomem: after }));
    const code = { name: 'Kernel code', size: 0x1df0000, within: ['System RAM'] };
    expect(diff.memoryMap).toEqual([
      { change: 'removed', start: 0x40210000, ...code },
      { change: 'added', start: 0x40410000, ...code },
    ]);
  });

  it('says nothing of what one side does not tell', () => {
    const zeroed = '00000000-00000000 : System RAM\n00000000-00000000 : namespace0.0\n';
    expect(diffEvidence(side({ iomem: IOMEM }), side({ iomem: zeroed })).memoryMap).toBe(null);
    const bare = diffEvidence(side({ config: 'CONFIG_X=y\n' }), side({ iomem: IOMEM }));
    expect([bare.config, bare.memoryMap]).toEqual([null, null]);
  });

  it('tells device ranges that came, went and changed, and how', () => {
    const before = side({ iomem: IOMEM });
    const after = side({ iomem: IOMEM.replace('27fffffff', '2bfffffff') });
    expect(diffEvidence(before, after).devices).toEqual([
      {
        name: 'namespace0.0',
        change: 'changed',
        fields: [{ field: 'size', before: 0x4000_0000, after: 0x8000_0000 }],
      },
    ]);
    const none = side({ iomem: '40000000-bfffffff : System RAM\n' });
    expect(diffEvidence(before, none).devices).toMatchObject([{ name: 'namespace0.0', change: 'removed' }]);
    expect(diffEvidence(none, before).devices).toMatchObject([{ name: 'namespace0.0', change: 'added' }]);
  });
});
