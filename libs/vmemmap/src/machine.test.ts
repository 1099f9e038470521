import { describe, expect, it } from 'vitest';
import { requestOf, SMALL_RAM, targetOf } from '../test/builders.ts';
import { GIB, MIB } from './align.ts';
import { Kernel } from './kernel.ts';
import { Machine } from './machine.ts';
import { physicalMapOf } from './physical-map.ts';
import type { PageSize, PlugRequest } from './types.ts';

function machineOf(page: PageSize, release: string, symbols: Parameters<typeof targetOf>[2] = {}): Machine {
  return new Machine(new Kernel(targetOf(page, release, symbols)), physicalMapOf(SMALL_RAM));
}

const A = 0;
/** Recorded on 64K: 32 MiB each, the border in the middle of a vmemmap page. */
const half = (at: number, map: 'dev' | 'mem'): PlugRequest => requestOf(32 * MIB, { at, map, align: 65536 });
/** Recorded on 16K: 18 MiB each, the border 2 MiB past a 4 MiB one. */
const uneven = (at: number, map: 'dev' | 'mem'): PlugRequest => requestOf(18 * MIB, { at, map, align: 16384 });

describe('Machine', () => {
  it('leaves the sections of a failed attempt behind: EEXIST for every later one', () => {
    const machine = machineOf(4096, '6.12.117');
    const first = machine.create(requestOf(1026 * MIB));
    expect(first).toMatchObject({ reason: 'ALTMAP_EXHAUSTED', errno: 12 });
    expect(first.memmap?.deviceBytes).toBe(16 * MIB);
    const second = machine.create(requestOf(1026 * MIB, { map: 'mem' }));
    expect(second).toMatchObject({ reason: 'SUBSECTION_OCCUPIED', errno: 17 });
    expect(second.memmap?.runs).toEqual(first.memmap?.runs);
    expect(second.messages).not.toContain('failed to free all reserved pages');
  });

  it('warns of pages that stay out only once in a boot', () => {
    const machine = machineOf(16384, '6.12.117');
    const warned = [0, 2].map((gib) =>
      machine
        .create(requestOf(510 * MIB, { at: gib * GIB, align: 16384 }))
        .messages.includes('failed to free all reserved pages'),
    );
    expect(warned).toEqual([true, false]);
  });

  it('gives everything back that came up', () => {
    const machine = machineOf(4096, '6.12.117');
    for (let round = 0; round < 3; round += 1) {
      expect(machine.create(requestOf(GIB)).outcome).toBe('ok');
      expect(machine.remove(4 * GIB)).toMatchObject({ outcome: 'ok', messages: [] });
    }
    expect(machine.remove(4 * GIB)).toBeNull();
    expect(machine.state.dram.used).toBe(0);
  });

  it('refuses a second device over a live one', () => {
    const machine = machineOf(4096, '6.12.117');
    machine.create(requestOf(GIB));
    expect(machine.create(requestOf(256 * MIB, { at: 512 * MIB }))).toMatchObject({ reason: 'BUSY', errno: 16 });
  });

  it('keeps the alignment of a refused attempt in the seed device, until one comes up', () => {
    const machine = machineOf(65536, '6.12.117');
    expect(machine.create(requestOf(256 * MIB)).align).toBe(512 * MIB);
    machine.create(requestOf(8 * MIB, { align: 65536 }));
    const next = machine.create(requestOf(256 * MIB, { align: 2 * MIB }));
    expect(next).toMatchObject({ alignRefused: true, align: 65536, outcome: 'ok' });
    machine.remove(4 * GIB);
    expect(machine.create(requestOf(256 * MIB)).align).toBe(512 * MIB);
    expect(machine.create(requestOf(256 * MIB, { mode: 'devdax' })).align).toBe(512 * MIB);
  });

  it('has a seed for fsdax and one for device-dax, each with its own alignment', () => {
    const machine = machineOf(65536, '6.12.117');
    machine.create(requestOf(8 * MIB, { align: 65536 }));
    expect(machine.seedAlign(requestOf(GIB))).toBe(65536);
    expect(machine.seedAlign(requestOf(GIB, { mode: 'devdax' }))).toBe(512 * MIB);
    expect(machine.seedAlign(requestOf(GIB, { at: GIB }))).toBe(512 * MIB);
    machine.create(requestOf(8 * MIB, { align: 65536, mode: 'devdax' }));
    expect(machine.seedAlign(requestOf(GIB, { mode: 'kmem' }))).toBe(65536);
  });

  it.each<[string, string, number, Partial<PlugRequest>]>([
    ['comes up in DRAM', '5.8.18', GIB, {}],
    ['comes up as a device whose dax child fails', '6.1.192', 1026 * MIB, { mode: 'devdax' }],
    ['is given to kmem, which refuses it', '6.12.117', GIB, { mode: 'kmem', numaNode: -1 }],
  ])('takes a new seed where one %s', (_how, release, size, more) => {
    const machine = machineOf(4096, release);
    const request = requestOf(size, { align: 4096, ...more });
    machine.create(request);
    expect(machine.seedAlign(request)).toBe(2 * MIB);
  });

  it('probes at boot what lies on the medium, raw namespaces, and memory without a namespace', () => {
    const block = machineOf(65536, '6.12.117').create(requestOf(GIB, { align: 65536 })).infoBlock;
    const machine = machineOf(65536, '6.12.117', {
      CXL_BUS: 'm',
      CXL_ACPI: 'm',
      CXL_PORT: 'm',
      CXL_MEM: 'm',
      CXL_REGION: 'y',
      DEV_DAX_CXL: 'm',
    });
    const soft = { mode: 'devdax', map: 'mem' } as const;
    const results = machine.boot([
      { request: requestOf(GIB, { infoBlock: block }) },
      { request: requestOf(GIB, { at: 4 * GIB, mode: 'raw', map: 'mem' }) },
      { request: requestOf(GIB, { at: 8 * GIB, provider: 'hmem', ...soft }) },
      { request: requestOf(GIB, { at: 12 * GIB, provider: 'cxl', volatile: true, ...soft }) },
      { request: requestOf(GIB, { at: 16 * GIB, infoBlock: block === null ? null : { ...block, align: 2 * GIB } }) },
      { request: requestOf(GIB, { at: 512 * MIB, mode: 'raw', map: 'mem' }) },
    ]);
    expect(results.map(({ outcome, reason, stage }) => [outcome, reason, stage])).toEqual([
      ['ok', 'OK', null],
      ['ok', 'RAW_OK', null],
      ['ok', 'OK', null],
      ['ok', 'OK', null],
      ['refused', 'ALIGN_EXCEEDS_CAPACITY', 'boot-probe'],
      ['refused', 'BUSY', 'boot-probe'],
    ]);
    expect(results.map(({ usable }) => usable?.size ?? null)).toEqual([1022 * MIB, GIB, GIB, GIB, null, null]);
  });

  it('tells what a bind file of a vendor kernel returns only where that is known', () => {
    const misaligned = requestOf(GIB, { at: MIB });
    const seen = (release: string) => machineOf(4096, release).create(misaligned);
    expect(seen('5.10.223')).toMatchObject({ errno: 22, bindErrno: 19 });
    expect(seen('6.12.117')).toMatchObject({ errno: 22, bindErrno: 22 });
    expect(seen('5.10.0-60.18.0.50.oe2203.aarch64')).toMatchObject({ errno: 22, bindErrno: null });
  });

  it('says what the driver core says, in the words of the release, and nothing about ENXIO', () => {
    const lines = (release: string, request: PlugRequest) => machineOf(65536, release).create(request).messages;
    const misaligned = requestOf(GIB, { at: MIB });
    const start = 'nd_pmem pfnX.Y: namespaceX.Y: start 0x0000000100100000 misaligned to 0x200000';
    expect(lines('6.9.0', misaligned)).toEqual([start, 'nd_pmem: probe of pfnX.Y failed with error -22']);
    expect(lines('6.10.0', misaligned)).toEqual([
      start,
      'nd_pmem pfnX.Y: probe with driver nd_pmem failed with error -22',
    ]);
    expect(lines('6.12.117', requestOf(1022 * MIB))).toEqual([
      'nd_pmem pfnX.Y: namespaceX.Y unable to satisfy requested alignment',
    ]);
    expect(lines('6.12.117', requestOf(GIB))).toEqual([]);
  });

  it('names the address whose struct page the removal misses', () => {
    const machine = machineOf(65536, '6.1.192');
    machine.create(requestOf(1022 * MIB));
    expect(machine.remove(4 * GIB)).toEqual({
      outcome: 'oops',
      reason: 'REMOVAL_OOPS',
      facts: { address: 4 * GIB + 512 * MIB },
      messages: [],
    });
  });

  describe('two devices in one vmemmap page', () => {
    it.each(['dev', 'mem'] as const)(
      "64K, map=%s: the second uses the first one's page and crashes when removed after it",
      (map) => {
        const machine = machineOf(65536, '6.1.192');
        expect(machine.create(half(A, map)).memmap?.runs[0]?.where).toBe(map === 'dev' ? 'device' : 'dram');
        const second = machine.create(half(32 * MIB, map));
        expect(second.memmap?.runs[0]?.where).toBe('neighbour');
        expect(second.altmap?.allocated ?? 0).toBe(0);
        expect(second.warnings.map(({ code }) => code)).toContain('SHARED_VMEMMAP_PAGE');
        expect(machine.remove(4 * GIB)).toMatchObject({ outcome: 'ok' });
        expect(machine.remove(4 * GIB + 32 * MIB)).toMatchObject({ outcome: 'oops', reason: 'REMOVAL_OOPS' });
      },
    );

    it('16K: harmless to remove where only metadata lose their struct pages', () => {
      const machine = machineOf(16384, '6.1.192');
      expect(machine.create(uneven(A, 'dev')).altmap?.allocated).toBe(5);
      expect(machine.create(uneven(18 * MIB, 'dev')).altmap?.allocated).toBe(4);
      machine.remove(4 * GIB);
      expect(machine.remove(4 * GIB + 18 * MIB)).toMatchObject({ outcome: 'ok' });
    });

    it('reads only the first data page from v5.18 on, all of them before', () => {
      for (const [release, outcome] of [
        ['5.10.223', 'oops'],
        ['6.1.192', 'ok'],
      ] as const) {
        const machine = machineOf(16384, release);
        machine.create(uneven(18 * MIB, 'dev'));
        machine.create(uneven(A, 'dev'));
        expect(machine.remove(4 * GIB + 18 * MIB)).toMatchObject({ outcome: 'ok' });
        expect([release, machine.remove(4 * GIB)?.outcome]).toEqual([release, outcome]);
      }
    });

    it('4K: shares a block of 128 MiB before the fix, nothing after it', () => {
      const part = (at: number) => requestOf(64 * MIB, { at, align: 4096, map: 'mem' });
      const before = machineOf(4096, '6.13.2');
      before.create(part(0));
      expect(before.create(part(64 * MIB)).memmap?.runs[0]?.where).toBe('neighbour');
      before.remove(4 * GIB);
      expect(before.remove(4 * GIB + 64 * MIB)?.outcome).toBe('oops');
      const after = machineOf(4096, '6.14.0');
      after.create(part(0));
      expect(after.create(part(64 * MIB)).memmap?.runs.every((run) => run.where === 'dram')).toBe(true);
      after.remove(4 * GIB);
      expect(after.remove(4 * GIB + 64 * MIB)?.outcome).toBe('ok');
    });

    it('4K, v5.11 to v6.1 without the fix: a half-filled block is taken for a full one', () => {
      const part = (at: number, map: 'dev' | 'mem') => requestOf(64 * MIB, { at, align: 4096, map });
      const machine = machineOf(4096, '5.15.100');
      expect(machine.create(part(0, 'dev'))).toMatchObject({ outcome: 'ok', altmap: { allocated: 256 } });
      expect(machine.create(part(64 * MIB, 'mem'))).toMatchObject({ outcome: 'oops', reason: 'VMEMMAP_HOLE' });
    });
  });

  it('crashes at the second attempt over no-map memory', () => {
    const entries = [...SMALL_RAM.entries, { start: 4 * GIB, size: GIB, name: 'reserved', children: [] }];
    const machine = new Machine(new Kernel(targetOf(4096, '6.12.117')), physicalMapOf({ entries, zeroed: false }));
    expect(machine.create(requestOf(GIB))).toMatchObject({ reason: 'NOMAP_OVERLAP', errno: 17 });
    expect(machine.create(requestOf(GIB))).toMatchObject({ reason: 'NOMAP_OVERLAP', outcome: 'oops' });
  });

  it('prints the line of the driver core in the words of the version, and none for ENXIO', () => {
    const names = { namespace: 'namespace1.0', pfn: 'pfn1.0', dax: 'dax1.0' };
    const misaligned = requestOf(GIB, { at: MIB });
    expect(machineOf(4096, '6.1.192').create(misaligned, names).messages).toEqual([
      'nd_pmem pfn1.0: namespace1.0: start 0x0000000100100000 misaligned to 0x200000',
      'nd_pmem: probe of pfn1.0 failed with error -22',
    ]);
    expect(machineOf(4096, '6.12.117').create({ ...misaligned, mode: 'devdax' }, names).messages[1]).toBe(
      'dax_pmem dax1.0: probe with driver dax_pmem failed with error -22',
    );
    expect(machineOf(65536, '6.12.117').create(requestOf(256 * MIB), names).messages).toEqual([
      'nd_pmem pfn1.0: namespace1.0 unable to satisfy requested alignment',
    ]);
  });
});
