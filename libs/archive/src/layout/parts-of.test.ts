import { createHash } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { layoutOf } from './layout-of.ts';
import type { Member } from './member.ts';
import { type ArchiveReport, partsOf } from './parts-of.ts';

const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text);
const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');
const ID = 'ab'.repeat(16);

function report(files: Readonly<Record<string, string | Member>>): ArchiveReport {
  const layout = layoutOf(Object.keys(files));
  if (layout === null) throw new Error('nothing matters');
  const members = Object.entries(files).map(([path, content]): [string, Member] => [
    path,
    typeof content === 'string' ? bytesOf(content) : content,
  ]);
  return partsOf(layout, new Map(members));
}

const messages = ({ diagnostics }: ArchiveReport): string =>
  diagnostics.map(({ severity, source, message }) => `${severity} ${source}: ${message}`).join('\n');

describe("an agent's bundle", () => {
  const iomem = '40000000-7fffffff : System RAM\n';
  const manifest = {
    version: 1,
    machine: sha256(ID),
    collectedAt: '2026-11-23T10:00:00Z',
    release: '6.1.192',
    pageSize: 65536,
    parts: [{ kind: 'iomem', sha256: sha256(iomem), bytes: iomem.length }],
    absent: [{ kind: 'config', reason: 'not on this host: /proc/config.gz' }],
  };
  const files = {
    'altmap-bundle/manifest.json': JSON.stringify(manifest),
    'altmap-bundle/host.json': '{"name":"db1","labels":{"site":"bern"},"release":"6.1.192","pageSize":65536}',
    'altmap-bundle/iomem': iomem,
  };

  it('tells who the host is without its machine-id, and why parts are absent', () => {
    const found = report(files);
    expect(found.host).toEqual({
      name: 'db1',
      machineId: null,
      machine: sha256(ID),
      release: '6.1.192',
      pageSize: 65536,
      labels: { site: 'bern' },
      collectedAt: '2026-11-23T10:00:00Z',
    });
    expect(found.absent[0]).toEqual({ kind: 'config', reason: 'not on this host: /proc/config.gz' });
    expect(found.diagnostics).toEqual([]);
  });

  it('that was changed by hand', () => {
    const changed = report({ ...files, 'altmap-bundle/iomem': `${iomem}\n` });
    expect(messages(changed)).toBe('warning altmap-bundle/iomem: this is not what the agent read');
  });

  it('with documents that are damaged', () => {
    const found = report({
      ...files,
      'altmap-bundle/manifest.json': '{',
      'altmap-bundle/host.json': '{"name":"db1","pageSize":5}',
    });
    expect(messages(found)).toMatch(
      /^error altmap-bundle\/host.json: pageSize: .*\nerror .*manifest.json: this is no JSON$/,
    );
    expect(found.host).toMatchObject({ name: null, machine: null, pageSize: null });
  });
});

describe('who the host is', () => {
  it('by the files of a copied tree', () => {
    const { host } = report({
      'etc/machine-id': `${ID}\n`,
      'etc/hostname': 'db1\n',
      'proc/version': 'Linux version 6.1.192 (a@b) #1\n',
      pagesize: '16384\n',
    });
    expect(host).toMatchObject({
      name: 'db1',
      machineId: ID,
      machine: sha256(ID),
      release: '6.1.192',
      pageSize: 16384,
    });
  });

  it('where it cannot be told: null, with the reason', () => {
    const found = report({
      'etc/machine-id': 'uninitialized\n',
      'etc/hostname': 'a\u0007b\n',
      'proc/iomem': '0-1 : x\n',
      pagesize: '8192\n',
      uname: 'sh: uname: not found\n',
    });
    expect(found.host).toMatchObject({ name: null, machineId: null, machine: null, release: null, pageSize: null });
    expect(messages(found)).toMatch(/no machine-id/);
    expect(messages(found)).toMatch(/no page size of arm64/);
    expect(messages(found)).toMatch(/not what `uname -a` prints/);
    expect(messages(found)).toMatch(/no host name/);
  });

  it.each([
    [{ 'boot/config-6.1.0-50-arm64': 'CONFIG_X=y\n' }, '6.1.0-50-arm64'],
    [{ 'lib/modules/6.6.1/config': 'CONFIG_X=y\n' }, '6.6.1'],
    [{ 'usr/lib/modules/6.6.1/config': gzipSync('CONFIG_X=y\n') }, '6.6.1'],
    [{ 'config.gz': gzipSync('# Linux/arm64 6.1.176 Kernel Configuration\nCONFIG_X=y\n') }, '6.1.176'],
    [{ dmesg: '[    0.000000] Linux version 6.1.0 (a)\n[    0.000000] Linux version 6.1.1 (a)\n' }, '6.1.1'],
    [{ 'proc/iomem': '0-1 : x\n' }, null],
  ])('the release of %j', (files, release) => {
    expect(report(files).host.release).toBe(release);
  });
});

describe('the config', () => {
  const RUNNING = { 'proc/version': 'Linux version 6.1.0-50-arm64 (a@b) #1\n' };

  it('is that of the running kernel, whatever else is in /boot', () => {
    const found = report({
      ...RUNNING,
      'boot/config-6.1.0-49-arm64': 'CONFIG_OLD=y\n',
      'boot/config-6.1.0-50-arm64': 'CONFIG_X=y\n',
      'boot/config-6.1.0-50-arm64-64k': 'CONFIG_OTHER=y\n',
    });
    expect(found.sources.get('config')).toBe('boot/config-6.1.0-50-arm64');
    expect(found.diagnostics).toEqual([]);
  });

  it('of /proc/config.gz goes before all others', () => {
    const found = report({
      ...RUNNING,
      'boot/config-6.1.0-50-arm64': 'CONFIG_X=y\n',
      'proc/config.gz': gzipSync('CONFIG_Y=y\n'),
    });
    expect(found.sources.get('config')).toBe('proc/config.gz');
  });

  it('is absent where only another kernel has one', () => {
    const found = report({ ...RUNNING, 'boot/config-6.1.0-49-arm64': 'CONFIG_OLD=y\n' });
    expect(found.parts.has('config')).toBe(false);
    expect(found.diagnostics[0]?.expected).toBe('the config of 6.1.0-50-arm64, which runs');
    expect(found.absent[0]).toEqual({
      kind: 'config',
      reason:
        'boot/config-6.1.0-49-arm64: kernel configs of "6.1.0-49-arm64"; expected the config of 6.1.0-50-arm64, which runs',
    });
  });

  it('is absent where there are several and nothing says which kernel runs', () => {
    const found = report({
      'boot/config-6.1.0': 'CONFIG_X=y\n',
      'boot/config-6.1.1': 'CONFIG_X=y\n',
      'proc/iomem': 'x',
    });
    expect([found.parts.has('config'), found.host.release]).toEqual([false, null]);
    expect(messages(found)).toBe('error boot/config-6.1.0: kernel configs of "6.1.0", "6.1.1"');
    expect(found.absent[0]?.reason).toMatch(/^boot\/config-6\.1\.0: kernel configs of .*expected one thing said/);
  });

  it('that cannot be unpacked is absent with the reason; the next best is taken', () => {
    const damaged = gzipSync('CONFIG_X=y\n'.repeat(1000)).subarray(0, 30);
    const found = report({ 'config.gz': damaged, iomem: 'x' });
    expect(found.absent[0]?.reason).toBe('config.gz: no whole gzip stream: unexpected end of file');
    expect(report({ 'config.gz': damaged, '.config': 'CONFIG_X=y\n' }).sources.get('config')).toBe('.config');
    const xz = new Uint8Array([0xfd, 0x37, 0x7a, 0x58, 0x5a, 0]);
    expect(report({ config: xz, iomem: 'x' }).absent[0]?.reason).toBe('config: packed with xz, expected gzip or zstd');
  });
});

it('unpacks no more than a bound, of however many members', () => {
  const bomb = gzipSync(Buffer.alloc(2 ** 24));
  const bombs = Object.fromEntries(
    Array.from({ length: 100 }, (_, i) => [`s/sos_commands/p${i}/ndctl_list_-vvv`, bomb]),
  );
  const found = report({ ...bombs, 's/proc/iomem': 'x', 's/sos_commands/z/dmesg': gzipSync('[    0.000000] x\n') });
  expect(found.sources.get('ndctl')).toBe('s/sos_commands/p0/ndctl_list_-vvv');
  const layout = layoutOf(['config.gz', 'iomem']);
  if (layout === null) throw new Error('nothing matters');
  const members = new Map<string, Member>([
    ['config.gz', gzipSync(Buffer.alloc(1000))],
    ['iomem', gzipSync(Buffer.alloc(1000))],
  ]);
  const { parts, absent } = partsOf(layout, members, { memberBytes: 2000, keptBytes: 1000 });
  expect([...parts.keys()]).toEqual(['config']);
  expect(absent[0]?.reason).toBe('iomem: not unpacked: the members before it came to too many bytes');
});

it('an empty file tells nothing, and the next source is asked', () => {
  const found = report({
    's/sos_commands/pmem/ndctl_list_-vvv': '',
    's/sos_commands/pmem/ndctl_list_-iBDFHMNRX': '[]\n',
    's/sos_commands/pmem/daxctl_list': '',
    's/proc/iomem': 'x',
  });
  expect(found.sources.get('ndctl')).toBe('s/sos_commands/pmem/ndctl_list_-iBDFHMNRX');
  expect(found.absent).toContainEqual({ kind: 'daxctl', reason: 's/sos_commands/pmem/daxctl_list: empty' });
});

it('files of a copied sysfs become lines', () => {
  const found = report({
    'sys/devices/system/memory/block_size_bytes': '8000000\n',
    'sys/module/memory_hotplug/parameters/memmap_on_memory': 'N\n',
    'sys/devices/platform/pmem/ndbus0/region0/size': '1024\n',
    'sys/devices/platform/pmem/ndbus0/region0/namespace0.0/mode': 'raw\n',
  });
  const text = (kind: 'memory-sysfs' | 'nd-sysfs'): string => new TextDecoder().decode(found.parts.get(kind));
  expect(text('memory-sysfs')).toBe('/sys/devices/system/memory/block_size_bytes:8000000\n');
  expect(text('nd-sysfs')).toBe(
    '/sys/devices/platform/pmem/ndbus0/region0/namespace0.0/mode:raw\n/sys/devices/platform/pmem/ndbus0/region0/size:1024\n',
  );
  expect(found.sources.get('nd-sysfs')).toBe('sys/devices/platform/pmem/ndbus0/region0/namespace0.0/mode and 1 more');
});
