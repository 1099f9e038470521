import { describe, expect, it } from 'vitest';
import { readRelease } from '../conformance/read-boots.ts';
import { mapOf, targetOf } from '../test/builders.ts';
import { GIB, MIB } from './align.ts';
import { type BootScript, type ScriptStep, simulate, simulateTraced, type StepLine } from './simulate.ts';
import type { InfoBlock, PageSize, Range } from './types.ts';

const REGION: Range = { start: 4 * GIB, size: GIB };

function script(
  steps: readonly Partial<ScriptStep>[],
  more: Partial<BootScript> & { readonly symbols?: Parameters<typeof targetOf>[2] } = {},
): BootScript {
  const { symbols, ...rest } = more;
  const pageSize: PageSize = more.pageSize ?? 65536;
  return {
    boot: 'b',
    pageSize,
    release: readRelease('6.12.117'),
    config: targetOf(pageSize, '6.12.117', symbols).config,
    cmdline: 'nokaslr',
    patched: null,
    map: mapOf('40000000-7fffffff : System RAM'),
    regions: [REGION],
    steps: steps.map((step, index) => ({
      id: `s${index}`,
      op: 'create',
      region: REGION,
      mode: 'fsdax',
      map: 'dev',
      align: pageSize,
      onMedium: null,
      ...step,
    })),
    ...rest,
  };
}

function one(step: Partial<ScriptStep>, more: Parameters<typeof script>[1] = {}): StepLine {
  const { start, size } = step.region ?? REGION;
  const [line] = simulate(script([step], { regions: [{ start, size: size ?? GIB }], ...more }));
  if (line === undefined) throw new Error('a step gives a line');
  return line;
}

const BLOCK: InfoBlock = {
  signature: 'pfn',
  versionMinor: 4,
  map: 'dev',
  dataoff: 2 * MIB,
  npfns: 16352,
  startPad: 0,
  endTrunc: 0,
  align: 65536,
  pageSize: 65536,
  pageStructSize: 64,
};

describe('simulate', () => {
  it('writes addresses in hexadecimal and blocks as they lie on the medium', () => {
    expect(one({})).toMatchObject({
      boot: 'b',
      step: 's0',
      outcome: 'ok',
      stage: null,
      errno: null,
      infoBlock: {
        signature: 'NVDIMM_PFN_INFO',
        version: '1.4',
        mode: 'dev',
        dataoff: 2 * MIB,
        npfns: 16352,
        align: 65536,
        pageSize: 65536,
        pageStructSize: 64,
      },
      usable: { start: '0x100200000', size: 1022 * MIB },
      altmap: { allocated: 16, alignLoss: 0 },
      memmap: [{ start: '0x100010000', end: '0x100110000' }],
      memmapAfterRemoval: null,
      missing: [],
      kmem: null,
    });
    expect(one({ mode: 'devdax' }).infoBlock).toMatchObject({ signature: 'NVDIMM_DAX_INFO' });
    expect(one({ map: 'mem' }).memmap).toEqual([]);
  });

  it('tells of a device that was taken away again what stays', () => {
    expect(one({ op: 'create-destroy' })).toMatchObject({ oopsOnRemoval: false, memmapAfterRemoval: [] });
    const odd = { region: { start: 4 * GIB, size: 1026 * MIB }, align: 4096 };
    const failed = one({ op: 'create-destroy', ...odd }, { pageSize: 4096 });
    expect(failed).toMatchObject({ outcome: 'refused', stage: 'bind', errno: 12, oopsOnRemoval: null });
    expect(failed.memmapAfterRemoval).toEqual([{ start: '0x100200000', end: '0x101200000' }]);
    const crashing = { region: { start: 4 * GIB + 48 * MIB, size: 64 * MIB } };
    expect(one({ op: 'create-destroy', ...crashing })).toMatchObject({
      outcome: 'oops',
      oopsOnRemoval: null,
      memmapAfterRemoval: null,
    });
    const zero = { op: 'create-destroy' as const, region: { start: 4 * GIB, size: 1022 * MIB }, align: 512 * MIB };
    expect(one(zero, { release: readRelease('6.1.192') })).toMatchObject({
      outcome: 'ok',
      oopsOnRemoval: true,
      memmapAfterRemoval: null,
    });
    expect(one({ op: 'create-destroy' }, { symbols: { ZONE_DEVICE: 'n' } })).toMatchObject({
      outcome: 'unsupported',
      stage: 'no-seed',
      memmap: null,
      memmapAfterRemoval: null,
    });
  });

  it('unbinds what a step finds there, and takes the size of the region where it gives none', () => {
    const region = { start: REGION.start, size: null };
    const lines = simulate(
      script([{ op: 'raw', region, mode: 'raw' }, { region }, { op: 'use', region }, { op: 'remove', region }], {
        regions: [{ start: 16 * GIB, size: 2 * GIB }, REGION],
      }),
    );
    expect(lines.map(({ outcome, reason, stage }) => [outcome, reason, stage])).toEqual([
      ['ok', 'RAW_OK', null],
      ['ok', 'OK', null],
      ['ok', 'OK', null],
      ['ok', 'OK', null],
    ]);
    expect(lines[1]?.usable).toEqual({ start: '0x100200000', size: 1022 * MIB });
  });

  it('says that there is nothing to remove or to attach', () => {
    const nothing = { ...REGION, start: 32 * GIB };
    expect(one({ op: 'remove', region: nothing }, { regions: [] })).toMatchObject({
      outcome: 'unknown',
      reason: 'UNDECIDED',
      missing: ['a device that is attached at this address'],
    });
    expect(one({ op: 'attach', region: nothing, onMedium: BLOCK }, { regions: [] })).toMatchObject({
      outcome: 'unknown',
      missing: ['a region at this address'],
    });
  });

  it('crashes where a device of two in one vmemmap page goes', () => {
    const half = (at: number): Range => ({ start: 4 * GIB + at * MIB, size: 32 * MIB });
    const lines = simulate(
      script(
        [
          { region: half(0) },
          { region: half(32) },
          { op: 'remove', region: half(0) },
          { op: 'remove', region: half(32) },
        ],
        { regions: [half(0), half(32)] },
      ),
    );
    expect(lines.slice(2).map(({ outcome, reason, stage }) => [outcome, reason, stage])).toEqual([
      ['ok', 'OK', null],
      ['oops', 'REMOVAL_OOPS', 'remove'],
    ]);
  });

  it('boots over the info block that an earlier boot left', () => {
    expect(one({ op: 'attach', onMedium: BLOCK })).toMatchObject({ outcome: 'ok', usable: { size: 1022 * MIB } });
    const dax = { ...BLOCK, signature: 'dax' as const };
    expect(one({ op: 'attach', mode: 'fsdax', onMedium: dax })).toMatchObject({
      outcome: 'ok',
      infoBlock: { signature: 'NVDIMM_DAX_INFO' },
    });
    expect(one({ op: 'attach', onMedium: { ...BLOCK, endTrunc: MIB } })).toMatchObject({
      outcome: 'refused',
      stage: 'boot-probe',
      errno: 95,
    });
    // nobody looks for a block: the namespace comes up raw
    const blind = { symbols: { NVDIMM_PFN: 'n' } } as const;
    expect(one({ op: 'attach', onMedium: BLOCK }, blind)).toMatchObject({
      outcome: 'ok-as-raw',
      stage: null,
      memmap: [],
      missing: [],
    });
  });

  it('does not take namespaces of the record for what holds the range, but everything else', () => {
    const listed = mapOf('40000000-7fffffff : System RAM', '100000000-13fffffff : namespace0.0');
    expect(one({}, { map: listed }).outcome).toBe('ok');
    const dax = mapOf('40000000-7fffffff : System RAM', 'f0000000-13fffffff : dax12.0');
    expect(one({}, { map: dax }).outcome).toBe('ok');
    const other = mapOf('40000000-7fffffff : System RAM', 'f0000000-13fffffff : a dax12.0');
    expect(one({}, { map: other })).toMatchObject({ outcome: 'refused', errno: 16 });
  });

  it('names the devices by the number of their region', () => {
    const second = { start: 16 * GIB + MIB, size: GIB };
    const line = one({ region: second }, { regions: [REGION, second] });
    expect(line.messages[0]).toMatch(/^nd_pmem pfn1\.0: namespace1\.0: start .* misaligned/);
    expect(one({ region: second, mode: 'devdax' }, { regions: [second] }).messages[0]).toMatch(/^dax_pmem dax0\.0: /);
  });

  it('gives the errno of the bind file up to v5.12, and that of the log elsewhere', () => {
    const misaligned = { region: { start: 4 * GIB + MIB, size: GIB } };
    expect(one(misaligned)).toMatchObject({ errno: 22, stage: 'bind' });
    expect(one(misaligned, { release: readRelease('5.10.223') })).toMatchObject({ errno: 19, stage: 'bind' });
    const small = { region: { start: 4 * GIB, size: 8 * MIB } };
    expect(one(small, { release: readRelease('5.10.223') })).toMatchObject({ errno: 6, stage: 'namespace' });
  });

  it('takes a kernel that ignores the altmap for what it is', () => {
    expect(one({}, { patched: 'altmap-ignored' })).toMatchObject({
      outcome: 'ok',
      reason: 'ALTMAP_IGNORED',
      altmap: { allocated: 0 },
      memmap: [],
    });
  });

  it('tells of kmem what became of the dax device first', () => {
    const kmem = { op: 'kmem', mode: 'devdax', region: { start: 4 * GIB, size: 2 * GIB } } as const;
    expect(one(kmem)).toMatchObject({ outcome: 'ok', stage: null, kmem: { errno: null, blocks: 3 } });
    expect(one({ ...kmem, numaNode: -1 })).toMatchObject({ outcome: 'ok', kmem: { errno: 22 } });
    expect(one({ ...kmem, region: { start: 4 * GIB, size: 8 * MIB } })).toMatchObject({
      outcome: 'refused',
      kmem: null,
    });
    const beyond = { ...kmem, region: { start: 0x4020000000, size: 2 * GIB }, align: 4096 };
    expect(one(beyond, { pageSize: 4096, symbols: { ARM64_VA_BITS: 39 } })).toMatchObject({
      outcome: 'ok',
      stage: null,
      errno: null,
      kmem: { errno: 7 },
    });
    const twice = simulate(script([kmem, kmem], { regions: [kmem.region] }));
    expect(twice.map(({ kmem: result }) => result?.errno)).toEqual([null, null]);
  });

  it('tells of ndctl what it says: nothing of the errno, and success where only the dax child fails', () => {
    const ndctl = { op: 'ndctl-create' as const };
    expect(one(ndctl)).toMatchObject({ outcome: 'ok', stage: null });
    expect(one({ ...ndctl, region: { start: 4 * GIB, size: 100 * MIB } })).toMatchObject({
      outcome: 'refused',
      reason: 'NDCTL_REGION_ALIGN',
      stage: 'ndctl',
      errno: null,
    });
    const late = { ...ndctl, region: { start: 4 * GIB, size: 1040 * MIB }, align: 4096 };
    expect(one(late, { pageSize: 4096 })).toMatchObject({ outcome: 'refused', stage: 'ndctl', errno: null });
    expect(one({ ...late, mode: 'devdax' }, { pageSize: 4096 })).toMatchObject({
      outcome: 'ok',
      reason: 'ALTMAP_EXHAUSTED',
      stage: null,
      errno: null,
    });
  });

  it('is unknown, with the question, where the release leaves one open that decides', () => {
    const open = { pageSize: 4096, release: readRelease('6.12.50') } as const;
    const lines = simulate(
      script([{ op: 'create-destroy', region: { start: 4 * GIB, size: 64 * MIB } }, { op: 'create-destroy' }], open),
    );
    expect(lines[0]).toMatchObject({ outcome: 'unknown', reason: 'UNDECIDED', memmap: null });
    expect(lines[0]?.missing[0]).toMatch(/^whether 6\.12\.50 has this: a part of a section gets base pages/);
    // either way nothing of the first is left
    expect(lines[1]).toMatchObject({ outcome: 'ok', step: 's1' });
    expect(one({ op: 'create-destroy' }, open)).toMatchObject({ outcome: 'ok', missing: [] });
  });

  it('has the steps of each, and those of no other', () => {
    const traced = simulateTraced(
      script([{ op: 'create-destroy' }, { op: 'use' }, { region: { start: 0, size: MIB } }]),
    );
    expect(traced.map(({ trace }) => trace.at(-1)?.id)).toEqual(['VMEMMAP_HOLE', undefined, 'NAMESPACE_TOO_SMALL']);
  });
});
