import { describe, expect, it } from 'vitest';
import { mapOf, requestOf, SMALL_RAM, targetOf } from '../test/builders.ts';
import { GIB, MIB } from './align.ts';
import { judge } from './judge.ts';
import { remediesFor } from './remedy.ts';
import type { MemoryMap, PlugRequest, Target } from './types.ts';

function remedies(target: Target, request: PlugRequest, map: MemoryMap = SMALL_RAM) {
  return remediesFor(target, map, request, judge(target, map, request));
}

describe('remediesFor', () => {
  it('has nothing to say of what comes up', () => {
    expect(remedies(targetOf(4096, '6.12.117'), requestOf(GIB))).toEqual([]);
  });

  it('cuts off what does not fill a section with 4K pages', () => {
    const request = requestOf(1040 * MIB, { align: 4096 });
    const [first, moved, second] = remedies(targetOf(4096, '6.12.117'), request);
    expect(first).toMatchObject({
      kind: 'request',
      price: { lostBytes: 16 * MIB + 18 * MIB, dramBytes: 0, dataLost: false },
    });
    expect(first?.request.range).toEqual({ start: 4 * GIB, size: GIB });
    expect(first?.result.outcome).toBe('ok');
    expect(first?.summary).toContain('end 16 MiB earlier');
    // 126 MiB before the first section border leave enough pages that no block takes
    expect(moved?.request.range).toEqual({ start: 4 * GIB + 2 * MIB, size: 1038 * MIB });
    expect(moved?.price.lostBytes).toBe(2 * MIB + 18 * MIB);
    expect(second?.request.map).toBe('mem');
    expect(second?.price.dramBytes).toBeGreaterThan(16 * MIB);
  });

  it('gives a command where ndctl can do it, with the name that the host has', () => {
    const map = mapOf(
      '40000000-7fffffff : System RAM',
      '100000000-140ffffff : Persistent Memory',
      '  100000000-140ffffff : namespace3.0',
    );
    const request = requestOf(1040 * MIB, { align: 4096, provider: 'nfit' });
    const found = remedies(targetOf(4096, '6.12.117'), request, map);
    expect(found[0]?.command).toBe(
      `ndctl create-namespace --force --reconfig=namespace3.0 --mode=fsdax --map=dev --align=4096 --size=${GIB}`,
    );
    expect(remedies(targetOf(4096, '6.12.117'), { ...request, provider: 'of' }, map)[0]?.command).toBeNull();
    expect(found[2]?.command).toContain('--map=mem');
  });

  it('takes the page size as alignment where the default leaves nothing', () => {
    const [first] = remedies(targetOf(65536, '6.12.117'), requestOf(256 * MIB));
    expect(first?.request.align).toBe(65536);
    expect(first?.command).toContain('--align=65536');
  });

  it('moves a start that is in the way', () => {
    const [first] = remedies(targetOf(65536, '6.12.117'), requestOf(64 * MIB, { at: 48 * MIB, align: 65536 }));
    expect(first?.result.outcome).toBe('ok');
    expect(first?.price.lostBytes).toBeLessThan(64 * MIB);
    const [aligned] = remedies(targetOf(65536, '6.12.117'), requestOf(GIB, { at: MIB, align: 65536 }));
    expect(aligned?.request.range.start).toBe(4 * GIB + 2 * MIB);
    expect(aligned?.command).toBeNull();
  });

  it('says that making a namespace anew gives up what lies on it', () => {
    const request = requestOf(GIB, { align: 65536 });
    const { infoBlock } = judge(targetOf(65536, '6.12.117'), SMALL_RAM, request);
    const [first] = remedies(targetOf(4096, '6.12.117'), { ...request, infoBlock });
    expect(first).toMatchObject({ kind: 'request', price: { dataLost: true } });
  });

  it('names the symbols, as modules where the config has modules', () => {
    const target = targetOf(4096, '6.12.117', { ZONE_DEVICE: 'n', NVDIMM_PFN: 'n', BLK_DEV_PMEM: 'n' });
    const [first] = remedies(target, requestOf(GIB));
    expect(first?.kind).toBe('config');
    expect(first?.symbols.map(({ symbol, to }) => [symbol, to.type])).toEqual([
      ['ZONE_DEVICE', 'y'],
      ['BLK_DEV_PMEM', 'm'],
      ['NVDIMM_PFN', 'y'],
    ]);
    expect(first?.result.outcome).toBe('ok');
  });

  it('finds the release that honours the altmap, and the one that brings the fix', () => {
    expect(remedies(targetOf(65536, '5.8.18'), requestOf(GIB, { align: 65536 })).at(-1)).toMatchObject({
      kind: 'kernel',
      release: '5.9',
    });
    expect(remedies(targetOf(4096, '6.4.6'), requestOf(64 * MIB, { align: 4096 })).at(-1)).toMatchObject({
      kind: 'kernel',
      release: '6.14',
    });
  });

  it('finds the release and the symbols for a kernel that is too old for struct pages', () => {
    const old = targetOf(65536, '5.6.4', { MEMORY_HOTREMOVE: 'n', ZONE_DEVICE: 'n', NVDIMM_PFN: 'n' });
    expect(remedies(old, requestOf(GIB))).toMatchObject([
      {
        kind: 'kernel',
        release: '5.9',
        summary: 'run Linux 5.9 or later built with CONFIG_MEMORY_HOTREMOVE, CONFIG_ZONE_DEVICE, CONFIG_NVDIMM_PFN',
      },
    ]);
  });

  it('finds the address bits that reach the range', () => {
    const target = targetOf(4096, '6.1.192', { ARM64_VA_BITS: 39 });
    const request = { ...requestOf(GIB), range: { start: 2 ** 40, size: GIB } };
    expect(remedies(target, request)[0]).toMatchObject({
      kind: 'config',
      summary: 'build with CONFIG_ARM64_VA_BITS_48',
    });
  });
});
