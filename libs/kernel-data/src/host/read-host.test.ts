import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { HostFacts, PartKind } from './host-facts.ts';
import { type HostOptions, readHost } from './read-host.ts';

const KINDS: readonly PartKind[] = [
  'config',
  'iomem',
  'cmdline',
  'version',
  'meminfo',
  'zoneinfo',
  'memory-sysfs',
  'memory-hotplug',
  'nd-sysfs',
  'dax-sysfs',
  'ndctl',
  'daxctl',
  'dmesg',
  'os-release',
];

const host = (parts: Partial<Record<PartKind, string>>, options?: HostOptions): HostFacts =>
  readHost(new Map(Object.entries(parts) as [PartKind, string][]), options);

const errors = (facts: HostFacts): string[] =>
  facts.diagnostics.filter((d) => d.severity === 'error').map((d) => d.message);

describe('release', () => {
  it('is that of uname, of /proc/version, or of the log', () => {
    const version = 'Linux version 6.1.0-50-arm64 (a@b) (gcc) #1 SMP Debian 6.1.176-1 (2026-07-02)\n';
    expect(host({ version }, { release: '6.1.0-50-arm64' })).toMatchObject({
      release: { raw: '6.1.0-50-arm64' },
      upstreamRelease: { release: { raw: '6.1.176' } },
    });
    expect(host({}, { release: '6.12.5' }).release?.patch).toBe(5);
    expect(host({ dmesg: `[    0.0] ${version}` }).release?.raw).toBe('6.1.0-50-arm64');
    expect(host({ dmesg: `[    0.0] ${version}` }, { release: '6.2.0' }).release?.raw).toBe('6.2.0');
  });

  it('is unknown where the sources differ, or where it is no release', () => {
    const facts = host({ version: 'Linux version 6.1.1 (a@b) (gcc) #1\n' }, { release: '6.1.2' });
    expect(facts.release).toBeNull();
    expect(errors(facts)).toEqual(['the sources differ about the release: 6.1.2 (uname -r), 6.1.1 (version)']);
    expect(host({}, { release: 'x' }).release).toBeNull();
    expect(errors(host({}, { release: 'x' }))).toHaveLength(1);
  });

  it('is told by the header of the config where uname hides it', () => {
    const config = (version: string): string => `#\n# Linux/arm64 ${version} Kernel Configuration\n#\nCONFIG_X=y\n`;
    expect(host({ config: config('6.1.192') }, { release: '6.1.0-56-arm64' }).upstreamRelease).toEqual({
      release: expect.objectContaining({ raw: '6.1.192' }) as unknown,
      source: 'config: "Linux/arm64 6.1.192"',
    });
    expect(host({ config: config('5.14.0') }, { release: '5.14.0-362.24.1.el9' }).upstreamRelease).toBeNull();
    const other = host({ config: config('6.12.1') }, { release: '6.1.0-56-arm64' });
    expect(other.upstreamRelease).toBeNull();
    expect(other.diagnostics.some((d) => d.message.includes('the config is of "6.12.1"'))).toBe(true);
  });
});

describe('page size', () => {
  const config16 = 'CONFIG_ARM64_16K_PAGES=y\n';

  it('is what all witnesses say', () => {
    const facts = host(
      {
        config: config16,
        cmdline: 'nokaslr\n',
        meminfo: 'MemTotal: 160 kB\nHugepagesize: 32768 kB\n',
        zoneinfo: 'Node 0, zone DMA\n        present 12\n        managed  10\n  start_pfn:           65536\n',
        iomem: '40000000-7fffffff : System RAM\n',
      },
      { pageSize: 16384 },
    );
    expect(facts.pageSize).toBe(16384);
    expect(facts.pageSizeWitnesses.map((witness) => [witness.source, witness.pageSize])).toEqual([
      ['getconf PAGESIZE', 16384],
      ['config', 16384],
      ['meminfo Hugepagesize', 16384],
      ['zoneinfo managed pages against meminfo MemTotal', 16384],
      ['zoneinfo start_pfn against iomem', 16384],
    ]);
    expect(errors(facts)).toEqual([]);
  });

  it('is unknown where they differ', () => {
    const facts = host({ config: config16 }, { pageSize: 4096 });
    expect(facts.pageSize).toBeNull();
    expect(errors(facts)).toContain('the sources differ about the page size: 4096 (getconf PAGESIZE), 16384 (config)');
  });

  it('is not told by a huge page size that the command line may have set', () => {
    const meminfo = 'Hugepagesize: 32768 kB\n';
    expect(host({ meminfo }).pageSize).toBeNull();
    expect(host({ meminfo, cmdline: 'default_hugepagesz=32M' }).pageSize).toBeNull();
    expect(host({ meminfo, cmdline: 'quiet' }).pageSize).toBe(16384);
    expect(host({ meminfo: 'Hugepagesize: 1048576 kB\n', cmdline: 'quiet' }).pageSize).toBeNull();
  });

  it('is not told by a zone that begins at zero, or at no known address', () => {
    const zone = (pfn: number): string => `Node 0, zone DMA\n present 1\n  start_pfn:           ${pfn}\n`;
    expect(host({ zoneinfo: zone(0), iomem: '00000000-3fffffff : System RAM\n' }).pageSize).toBeNull();
    expect(host({ zoneinfo: zone(7), iomem: '40000000-7fffffff : System RAM\n' }).pageSize).toBeNull();
    const both = '40000000-7fffffff : System RAM\n100000000-13fffffff : System RAM\n';
    expect(host({ zoneinfo: zone(0x40000), iomem: both }).pageSize).toBeNull();
  });

  it('refuses a stated size that arm64 does not have', () => {
    expect(errors(host({}, { pageSize: 8192 }))).toEqual(['8192 is no page size of arm64']);
  });
});

describe('memory parameters', () => {
  it('come from sysfs before the command line', () => {
    const cmdline =
      'memory_hotplug.memmap_on_memory=force rodata=on kfence.sample_interval=100 memhp_default_state=online_movable nokaslr';
    expect(host({ cmdline }).memoryParameters).toEqual({
      memmapOnMemory: 'force',
      onlinePolicy: null,
      autoOnlineBlocks: null,
      memhpDefaultState: 'online_movable',
      rodata: 'on',
      kfenceSampleInterval: 100,
      nokaslr: true,
    });
    const sysfs = {
      'memory-hotplug': '/sys/module/memory_hotplug/parameters/memmap_on_memory:N\n',
      'memory-sysfs': '8000000\n',
    };
    expect(host({ cmdline, ...sysfs }).memoryParameters.memmapOnMemory).toBe('N');
    expect(host(sysfs).memoryBlockSize).toBe(2 ** 27);
    expect(host({}).memoryParameters.nokaslr).toBeNull();
    expect(
      host({ dmesg: 'Kernel command line: memory_hotplug.memmap_on_memory=1\n' }).memoryParameters.memmapOnMemory,
    ).toBe('Y');
    expect(host({ cmdline: 'memory_hotplug.memmap_on_memory=off' }).memoryParameters.memmapOnMemory).toBe('N');
    expect(host({ cmdline: 'kfence.sample_interval=often' }).memoryParameters.kfenceSampleInterval).toBeNull();
  });
});

describe('readHost', () => {
  it('says which part each remark is about', () => {
    const parts = new Map(KINDS.map((kind) => [kind, '\u0001junk\u0002\n'] as const));
    const facts = readHost(parts);
    expect(facts.namespaces).toEqual([]);
    for (const kind of KINDS) expect(facts.diagnostics.some((d) => d.source === kind)).toBe(true);
  });

  it('knows nothing of a host that sends nothing', () => {
    const facts = host({});
    expect(facts.diagnostics).toEqual([]);
    expect(facts).toMatchObject({
      release: null,
      pageSize: null,
      config: null,
      memoryMap: null,
      namespaces: [],
      unplaced: [],
    });
  });

  it('decodes bytes, and refuses what is no text', () => {
    const gzip = Uint8Array.from([0x1f, 0x8b, 8, 0]);
    const text = new TextEncoder().encode('\ufeffMemTotal: 8 kB\r\n');
    const facts = readHost(
      new Map<PartKind, Uint8Array>([
        ['config', gzip],
        ['meminfo', text],
      ]),
    );
    expect(facts.totalMemoryBytes).toBe(8192);
    expect(facts.config).toBeNull();
    expect(facts.diagnostics).toMatchObject([
      { source: 'config', severity: 'error', message: 'the bytes are packed with gzip' },
    ]);
  });

  it('never throws, whatever a host sends', () => {
    const piece = fc.constantFrom(
      'namespace0.0',
      'region0',
      'dax0.0',
      'pfn0.0',
      '/sys/bus/nd/devices/',
      '/size:',
      '/resource:',
      '0x80000000',
      '1073741824',
      '80000000-bfffffff : ',
      '\n',
      '  ',
      '{"dev":"namespace0.0","mode":"fsdax","size":',
      '[',
      ']',
      '}',
      ',',
      'Persistent Memory',
      '/holder:',
      '/mode:pmem',
      '/uevent:DRIVER=nd_pmem',
      ' dax0.1: init failed, alignment mismatch: 4096:65536',
      'nd_pmem: probe of namespace0.0 failed with error -95',
      '{"chardev":"dax0.0","size":"2.00 GiB (2.15 GB)"}',
    );
    const text = fc.oneof(
      { weight: 4, arbitrary: fc.array(piece, { maxLength: 30 }).map((p) => p.join('')) },
      { weight: 1, arbitrary: fc.string({ unit: 'binary' }) },
    );
    fc.assert(
      fc.property(fc.dictionary(fc.constantFrom(...KINDS), text), (parts) => {
        for (const range of host(parts).namespaces) {
          expect(Number.isSafeInteger(range.start) && Number.isSafeInteger(range.size) && range.size > 0).toBe(true);
        }
      }),
      { numRuns: 300 },
    );
  });
});
