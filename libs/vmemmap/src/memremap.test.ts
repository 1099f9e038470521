import { describe, expect, it } from 'vitest';
import { mapOf, requestOf, SMALL_RAM, targetOf } from '../test/builders.ts';
import { GIB, MIB } from './align.ts';
import { judge } from './judge.ts';
import { Kernel } from './kernel.ts';
import { Machine } from './machine.ts';
import { physicalMapOf } from './physical-map.ts';
import type { MemoryMap, PageSize, PlugRequest, Range, Target } from './types.ts';

type Symbols = Parameters<typeof targetOf>[2];

function at(range: Range, more: Partial<PlugRequest> = {}): PlugRequest {
  return { ...requestOf(range.size, { align: 4096, map: 'mem', ...more }), range };
}

function machineOf(page: PageSize, release: string, map: MemoryMap = SMALL_RAM, symbols: Symbols = {}): Machine {
  return new Machine(new Kernel(targetOf(page, release, symbols)), physicalMapOf(map));
}

describe('address limits by version (kernel-facts D.6)', () => {
  const END = GIB + 2 ** 38;
  const va39 = (release: string, more: Partial<Target> = {}) =>
    targetOf(4096, release, { ARM64_VA_BITS: 39 }, { ...more });

  it.each(['5.9.1', '5.10.223', '5.11.14', '5.12.9', '6.12.117', '7.3.4'])('%s takes the last bytes', (release) => {
    expect(judge(va39(release), SMALL_RAM, at({ start: END - GIB, size: GIB })).outcome).toBe('ok');
  });

  it.each([
    ['5.9.1', 'oops', 'LINEAR_MAP_UNCHECKED', null, null],
    ['5.10.223', 'refused', 'LINEAR_MAP', 22, '[4020000000 4060000000] is outside linear mapping region'],
    ['5.11.14', 'refused', 'LINEAR_MAP', 22, '[4020000000 4060000000] is outside linear mapping region'],
    [
      '5.12.9',
      'refused',
      'LINEAR_MAP',
      22,
      'Hotplug memory [0x4020000000-0x4060000000] exceeds maximum addressable range [0x40000000-0x403fffffff]',
    ],
  ] as const)('%s: %s beyond them', (release, outcome, reason, errno, message) => {
    const beyond = at({ start: 0x4020000000, size: GIB });
    expect(judge(va39(release), SMALL_RAM, beyond)).toMatchObject({ outcome, reason, errno, message });
  });

  it('gives E2BIG for physical addresses up to v5.11', () => {
    const wide = targetOf(65536, '5.11.14', { ARM64_VA_BITS: 52, KVM: 'n' }, { cpuHasVa52: true });
    const far = at({ start: 2 ** 48, size: GIB }, { align: 65536 });
    expect(judge(wide, SMALL_RAM, far)).toMatchObject({
      reason: 'PHYS_BITS',
      outcome: 'refused',
      errno: 7,
      message: 'Hotplugged memory exceeds maximum addressable address',
      facts: { end: 2 ** 48 + GIB, limit: 2 ** 48 },
    });
    expect(judge(wide, SMALL_RAM, at({ start: 2 ** 48 - GIB, size: GIB }, { align: 65536 })).outcome).toBe('ok');
  });

  it('asks for what decides, in every version', () => {
    const cpu = ['whether the CPU has 52-bit virtual addresses'];
    for (const release of ['5.9.1', '5.11.14', '6.1.192']) {
      const open = targetOf(65536, release, { ARM64_VA_BITS: 52, ARM64_PA_BITS: 52, KVM: 'n' });
      const far = at({ start: 2 ** 48, size: GIB }, { align: 65536 });
      expect(judge(open, SMALL_RAM, far), release).toMatchObject({ outcome: 'unknown', missing: cpu });
      expect(judge(open, SMALL_RAM, at({ start: 4 * GIB, size: GIB }, { align: 65536 })).outcome).toBe('ok');
    }
    const bits = targetOf(65536, '5.9.1', { ARM64_VA_BITS: 52, ARM64_PA_BITS: 'n', KVM: 'n' }, { cpuHasVa52: true });
    expect(judge(bits, SMALL_RAM, at({ start: 2 ** 48, size: GIB }, { align: 65536 }))).toMatchObject({
      outcome: 'unknown',
      missing: ['CONFIG_ARM64_PA_BITS'],
      facts: { missing: 'CONFIG_ARM64_PA_BITS' },
    });
  });

  it('does not refuse below the linear map what KASLR may have moved it to', () => {
    const map = mapOf('80000000-bfffffff : System RAM');
    const low = at({ start: GIB, size: GIB });
    const judged = (symbols: Symbols, cmdline: string, range = low) =>
      judge(targetOf(4096, '6.12.117', symbols, { cmdline }), map, range);
    expect(judged({ RANDOMIZE_BASE: 'y' }, '')).toMatchObject({
      outcome: 'unknown',
      missing: ['where KASLR puts the linear map (nokaslr)'],
    });
    expect(judged({ RANDOMIZE_BASE: 'y' }, 'nokaslr')).toMatchObject({ outcome: 'refused', reason: 'LINEAR_MAP' });
    expect(judged({ RANDOMIZE_BASE: 'n' }, '')).toMatchObject({ outcome: 'refused', reason: 'LINEAR_MAP' });
    // no shift helps against an end that is too high
    const high = at({ start: 2 ** 48 - GIB, size: GIB });
    expect(judged({ RANDOMIZE_BASE: 'y' }, '', high)).toMatchObject({ outcome: 'refused', reason: 'LINEAR_MAP' });
  });

  it('tells a small risk of KASLR up to v5.10, and asks about a large one', () => {
    const judged = (release: string, symbols: Symbols, cmdline: string | null) =>
      judge(
        targetOf(4096, release, { RANDOMIZE_BASE: 'y', ...symbols }, { cmdline }),
        SMALL_RAM,
        at({ start: 4 * GIB, size: GIB }),
      );
    const codes = (result: ReturnType<typeof judged>) => result.warnings.map(({ code }) => code);
    const small = judged('5.10.223', {}, '');
    expect([small.outcome, codes(small)]).toEqual(['ok', ['KASLR_RISK']]);
    expect(codes(judged('5.10.223', {}, 'nokaslr'))).toEqual([]);
    expect(codes(judged('5.11.14', {}, ''))).toEqual([]);
    const large = { outcome: 'unknown', missing: ['where KASLR puts the linear map (nokaslr)'] };
    expect(judged('5.10.223', { ARM64_VA_BITS: 39 }, '')).toMatchObject(large);
    expect(judged('5.10.223', { ARM64_VA_BITS: 39 }, null)).toMatchObject(large);
    expect(judged('5.10.223', { ARM64_VA_BITS: 39 }, 'nokaslr').outcome).toBe('ok');
  });
});

describe('what an attempt leaves behind', () => {
  it('crashes at the second attempt over NOMAP memory (recorded on 6.12.117)', () => {
    const map = mapOf('40000000-7fffffff : System RAM', '120000000-1200fffff : reserved');
    const machine = machineOf(4096, '6.12.117', map);
    const range = { start: 4 * GIB, size: GIB };
    expect(machine.create(at(range))).toMatchObject({ outcome: 'refused', reason: 'NOMAP_OVERLAP', errno: 17 });
    expect(machine.create(at({ start: 16 * GIB, size: GIB })).outcome).toBe('ok');
    const again = machine.create(at(range));
    expect(again).toMatchObject({ outcome: 'oops', reason: 'NOMAP_OVERLAP', facts: { ...range } });
    expect(again.steps.at(-1)).toMatchObject({ id: 'NOMAP_OVERLAP', verdict: 'fail', facts: { ...range } });
  });

  it('counts of the DRAM in use only what the attempt itself took', () => {
    const map = mapOf('40000000-48ffffff : System RAM');
    const machine = machineOf(4096, '6.12.117', map);
    machine.create(at({ start: 4 * GIB, size: GIB }));
    const { facts, reason } = machine.create(at({ start: 16 * GIB, size: 16 * GIB }));
    expect(reason).toBe('DRAM_EXHAUSTED');
    expect(facts).toEqual({ available: 144 * MIB, dram: 128 * MIB });
  });

  it('names the device whose vmemmap page is used too, or a left-over', () => {
    const half = (mib: number) => requestOf(32 * MIB, { at: mib, map: 'mem', align: 65536 });
    const machine = machineOf(65536, '6.12.117');
    machine.create(requestOf(64 * MIB, { at: 256 * MIB, map: 'mem', align: 65536 }));
    machine.create(half(0));
    expect(machine.create(half(32 * MIB)).warnings).toContainEqual({
      code: 'SHARED_VMEMMAP_PAGE',
      facts: { neighbour: 'the device at 0x100000000', address: 4 * GIB + 32 * MIB },
    });
    // the reservation runs out in the third chunk: the first two stay, and nobody owns them
    const odd = machineOf(4096, '6.2.1');
    expect(odd.create(requestOf(194 * MIB, { at: 0, align: 4096 })).reason).toBe('ALTMAP_EXHAUSTED');
    const next = odd.create(requestOf(62 * MIB, { at: 194 * MIB, align: 4096, map: 'mem' }));
    expect(next.outcome).toBe('ok');
  });
});

describe('compounds that run past the end (v5.17 on)', () => {
  // device-dax with compounds of 32 MiB that begin 16 MiB past a border of them; 8 MiB are trimmed off at the end
  const overrun = requestOf(248 * MIB, { at: 16 * MIB, mode: 'devdax', map: 'mem', align: 32 * MIB });
  const behind = (size: number, release = '6.12.117') => {
    const machine = machineOf(16384, release);
    machine.create(requestOf(size, { at: 264 * MIB, map: 'mem', align: 16384 }));
    return machine.create(overrun);
  };

  it('crash where nothing is behind, and write over the struct pages of a device that is', () => {
    expect(machineOf(16384, '6.12.117').create(overrun)).toMatchObject({
      outcome: 'oops',
      reason: 'COMPOUND_OVERRUN',
      facts: { overrun: 16 * MIB, align: 32 * MIB, intoOthers: false },
    });
    expect(behind(256 * MIB)).toMatchObject({ outcome: 'oops', facts: { intoOthers: true } });
    expect(behind(256 * MIB, '5.16.20').outcome).toBe('ok');
  });

  it('write over the boot memmap too', () => {
    const map = mapOf('40000000-7fffffff : System RAM', '110800000-12fffffff : System RAM');
    expect(machineOf(16384, '6.12.117', map).create(overrun)).toMatchObject({
      outcome: 'oops',
      facts: { intoOthers: true },
    });
  });

  it('are harmless over struct pages that nobody uses', () => {
    // the boot memmap covers whole sections, also where there is no RAM
    const map = mapOf('40000000-7fffffff : System RAM', '112000000-117ffffff : System RAM');
    expect(machineOf(16384, '6.12.117', map).create(overrun)).toMatchObject({ outcome: 'ok' });
  });

  it('are no matter for fsdax and for whole compounds', () => {
    expect(machineOf(16384, '6.12.117').create({ ...overrun, mode: 'fsdax' }).outcome).toBe('ok');
    expect(machineOf(16384, '6.12.117').create({ ...overrun, align: 16384 }).outcome).toBe('ok');
    expect(machineOf(16384, '6.12.117').create({ ...overrun, map: 'dev' }).outcome).toBe('ok');
  });
});
