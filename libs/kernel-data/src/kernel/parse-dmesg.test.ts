import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type KernelEvent, parseDmesg } from './parse-dmesg.ts';

const events = (text: string): readonly KernelEvent[] => parseDmesg(text).log.events;

describe('parseDmesg', () => {
  it.each([
    ['[    1.014878] ', 'printk'],
    ['<6>[    1.014878] ', 'printk with level'],
    ['[    1.014878][    T1] ', 'console with thread'],
    ['[Mon Nov 23 16:00:00 2026] ', 'dmesg -T'],
    ['Nov 23 16:00:00 host kernel: ', 'journal'],
    ['', 'nothing'],
  ])('reads lines behind %j (%s)', (stamp) => {
    const lines = [
      'Linux version 6.1.192 (a@b) (gcc) #1 SMP',
      'Kernel command line: nokaslr rodata=on',
      'Memory: 86736K/1048576K available (1K kernel code)',
    ];
    const { log, diagnostics } = parseDmesg(
      [...lines, 'nd_pmem pfn2.1: number of pfns truncated from 257536 to 16096']
        .map((line) => stamp + line)
        .join('\n'),
    );
    expect(diagnostics).toEqual([]);
    expect(log.version?.release.raw).toBe('6.1.192');
    expect(log.cmdline?.last('rodata')).toBe('on');
    expect(log.memory).toEqual({ availableBytes: 86736 * 1024, totalBytes: 2 ** 30 });
    expect(log.events).toMatchObject([
      { line: 4, code: 'pfns-truncated', driver: 'nd_pmem', device: 'pfn2.1', numbers: { from: 257536, to: 16096 } },
    ]);
  });

  it.each([
    ['nd_pmem: probe of namespace1.0 failed with error -95', 'probe-failed', 'nd_pmem', 'namespace1.0', { errno: 95 }],
    [
      'nd_pmem pfn1.0: probe with driver nd_pmem failed with error -12',
      'probe-failed',
      'nd_pmem',
      'pfn1.0',
      { errno: 12 },
    ],
    [' pfn0.0: init failed, page size mismatch 65536', 'page-size-mismatch', null, 'pfn0.0', { pageSize: 65536 }],
    [
      ' dax1.1: init failed, alignment mismatch: 536870912:4096',
      'align-mismatch',
      null,
      'dax1.1',
      { defaultAlign: 536870912, align: 4096 },
    ],
    [
      'nd_pmem namespace0.0: could not reserve region [mem 0x48000000-0x67ffffff]',
      'range-busy',
      'nd_pmem',
      'namespace0.0',
      { start: 0x48000000, last: 0x67ffffff },
    ],
    [
      'nd_pmem pfn0.0: namespace0.0: start 0x80100000 misaligned to 0x200000',
      'start-misaligned',
      'nd_pmem',
      'pfn0.0',
      { start: 0x80100000, align: 0x200000 },
    ],
    [
      'dax_pmem dax0.0: namespace0.0 unable to satisfy requested alignment',
      'align-unsatisfied',
      'dax_pmem',
      'dax0.0',
      {},
    ],
    [
      'kmem dax0.0: mapping0: 0x81200000-0x9fffffff too small after alignment',
      'kmem-too-small',
      'kmem',
      'dax0.0',
      { start: 0x81200000, last: 0x9fffffff },
    ],
    ['kmem dax0.0: rejecting DAX region with invalid node: -1', 'kmem-no-node', 'kmem', 'dax0.0', { node: -1 }],
    [
      'Hotplug memory [0x4020000000-0x4060000000] exceeds maximum addressable range [0x40000000-0x403fffffff]',
      'beyond-addressable',
      null,
      null,
      { start: 0x4020000000, last: 0x4060000000, lowest: 0x40000000, highest: 0x403fffffff },
    ],
    ['failed to free all reserved pages', 'altmap-not-freed', null, null, {}],
    [
      'nfit ACPI0012:00: changing numa node from -1 to 0 for nfit region [0x0000000101000000-0x0000000180ffffff]',
      'nfit-region',
      null,
      null,
      { start: 0x101000000, last: 0x180ffffff },
    ],
    ['Internal error: Oops: 0000000096000046 [#1] SMP', 'oops', null, null, {}],
  ])('%s', (line, code, driver, device, numbers) => {
    expect(events(`[    1.5] ${line}\n`)).toEqual([{ line: 1, code, driver, device, numbers, message: line.trim() }]);
  });

  it('reads the memory map of the firmware', () => {
    const { log, diagnostics } = parseDmesg(
      [
        '[    0.0] efi: Processing EFI memory map:',
        '[    0.0] efi:   0x000040000000-0x00007fffffff [Conventional|   |  |  |  |  |  |  |  |  |   |WB|WT|WC|UC]',
        '[    0.0] efi:   0x000100000000-0x00013fffffff [Persistent  |   |  |NV|  |  |  |  |  |   |WB|  |  |  ]',
        '[    0.0] efi: mem02: [Conventional Memory|   |  |WB] range=[0x0000000000001000-0x0000000000001fff] (0MB)',
        '[    0.0] efi:   0xffff000000000000-0xffffffffffffffff [MMIO|   |  |UC]',
        '[    0.0] efi: EFI v2.7 by EDK II',
      ].join('\n'),
    );
    expect(log.efi).toEqual([
      { line: 2, start: 0x40000000, size: 0x40000000, type: 'Conventional', attributes: ['WB', 'WT', 'WC', 'UC'] },
      { line: 3, start: 0x100000000, size: 0x40000000, type: 'Persistent', attributes: ['NV', 'WB'] },
      { line: 4, start: 0x1000, size: 0x1000, type: 'Conventional Memory', attributes: ['WB'] },
    ]);
    expect(diagnostics).toMatchObject([{ line: 5, severity: 'error' }]);
  });

  it('forgets what an earlier boot said', () => {
    const boot = (release: string): string =>
      `Linux version ${release} (a@b) (gcc) #1\nfailed to free all reserved pages\n`;
    const { log, diagnostics } = parseDmesg(boot('6.1.1') + boot('6.1.2'));
    expect(log.version?.release.raw).toBe('6.1.2');
    expect(log.events.map((event) => event.line)).toEqual([4]);
    expect(diagnostics).toMatchObject([{ line: 3, severity: 'info' }]);
  });

  it('keeps the last ten thousand events', () => {
    const text = Array.from(
      { length: 25_000 },
      (_, i) => `kmem dax0.0: rejecting DAX region with invalid node: ${i}`,
    ).join('\n');
    const { log, diagnostics } = parseDmesg(text);
    expect(log.events.length).toBe(10_000);
    expect(log.events.at(-1)?.numbers['node']).toBe(24_999);
    expect(diagnostics).toMatchObject([{ severity: 'warning' }]);
  });

  it('leaves out a probe error whose number cannot be held exactly', () => {
    const line = (errno: string): string => `nd_pmem: probe of namespace1.0 failed with error -${errno}\n`;
    expect(events(line('18446744073709551615') + line('9'.repeat(400)) + line('95'))).toMatchObject([
      { line: 3, numbers: { errno: 95 } },
    ]);
  });

  it('never throws', () => {
    const piece = fc.constantFrom(
      '[',
      ']',
      '0x',
      'ff',
      '-',
      'efi: ',
      'nd_pmem ',
      'pfn0.0',
      ': ',
      'init failed, ',
      ' failed with error -',
      '9',
      '\n',
      'Memory: ',
      'K/',
    );
    fc.assert(
      fc.property(
        fc.oneof(
          fc.array(piece, { maxLength: 40 }).map((p) => p.join('')),
          fc.string({ unit: 'binary' }),
        ),
        (text) => {
          for (const event of events(text))
            for (const n of Object.values(event.numbers)) expect(Number.isSafeInteger(n)).toBe(true);
        },
      ),
      { numRuns: 500 },
    );
  });
});
