import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync, zstdCompressSync } from 'node:zlib';
import { afterEach, expect, test } from 'vitest';
import type { Terminal } from '../terminal.ts';
import { readEvidence, type Said } from './read-evidence.ts';

const samples = fileURLToPath(new URL('../../../../samples/', import.meta.url));
const nothingSaid: Said = { files: new Map() };
const CONFIG = '# Linux/arm64 6.1.176 Kernel Configuration\nCONFIG_ARM64=y\n# CONFIG_ZONE_DEVICE is not set\n';

const folders: string[] = [];
afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true });
});

function folder(files: Readonly<Record<string, string | Uint8Array>>): string {
  const path = mkdtempSync(join(tmpdir(), 'altmap-evidence-'));
  folders.push(path);
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(dirname(join(path, name)), { recursive: true });
    writeFileSync(join(path, name), content);
  }
  return path;
}

function terminal(stdin = ''): Terminal {
  const stream = { write: () => {}, isTty: false, columns: null };
  return { env: {}, out: stream, err: stream, stdin: async () => new TextEncoder().encode(stdin) };
}

const textOf = (content: Uint8Array | undefined): string => new TextDecoder().decode(content);

test('a captured host of the sample fleet', async () => {
  const evidence = await readEvidence(`${samples}edge-4k-01`, nothingSaid, terminal());
  expect(evidence).toMatchObject({
    name: 'edge-4k-01',
    release: '6.12.117+deb12-arm64',
    pageSize: 4096,
    machineId: '98d8c0981978fb5a2383bee5b16cb85d',
    labels: { site: 'bern', role: 'edge' },
  });
  expect([...evidence.parts.keys()].sort()).toEqual([
    'cmdline',
    'config',
    'dax-sysfs',
    'dmesg',
    'iomem',
    'meminfo',
    'memory-hotplug',
    'memory-sysfs',
    'nd-sysfs',
    'ndctl',
    'version',
    'zoneinfo',
  ]);
  expect(textOf(evidence.parts.get('config')?.content)).toContain('\nCONFIG_ZONE_DEVICE=y\n');
  expect(textOf(evidence.parts.get('dmesg')?.content)).toContain('Booting Linux');
});

test('a copied /proc and /boot: the config of the kernel that runs is taken', async () => {
  const path = folder({
    'proc/iomem': '40000000-7fffffff : System RAM\n',
    'proc/version': 'Linux version 6.1.0-50-arm64 (debian) #1\n',
    'boot/config-6.1.0-49-arm64': 'CONFIG_OLD=y\n',
    'boot/config-6.1.0-50-arm64': CONFIG,
    'etc/machine-id': 'ba'.repeat(16),
  });
  const evidence = await readEvidence(path, nothingSaid, terminal());
  expect(evidence.release).toBe('6.1.0-50-arm64');
  expect(evidence.parts.get('config')?.path).toBe(join(path, 'boot/config-6.1.0-50-arm64'));
  expect(evidence.machineId).toBe('ba'.repeat(16));
  expect(evidence.pageSize).toBeNull();
});

test('several configs and no sign which one runs', async () => {
  const path = folder({ 'boot/config-6.1.0-49-arm64': CONFIG, 'boot/config-6.1.0-50-arm64': CONFIG });
  await expect(readEvidence(path, nothingSaid, terminal())).rejects.toThrow(
    /expected one kernel config, found .*--config/,
  );
});

test('gzip and zstd are told by their first bytes, whatever the name', async () => {
  const path = folder({ config: gzipSync(CONFIG), 'iomem.gz': zstdCompressSync('40000000-7fffffff : System RAM\n') });
  const { parts, release } = await readEvidence(path, nothingSaid, terminal());
  expect(textOf(parts.get('config')?.content)).toBe(CONFIG);
  expect(textOf(parts.get('iomem')?.content)).toBe('40000000-7fffffff : System RAM\n');
  expect(release).toBe('6.1.176');
});

test('one loose file is known by what is in it; options go before the directory', async () => {
  const path = folder({ 'some-file': CONFIG, iomem: 'x' });
  expect([...(await readEvidence(join(path, 'some-file'), nothingSaid, terminal())).parts.keys()]).toEqual(['config']);

  const said: Said = { files: new Map([['config', '-']]), release: '6.6.1', pageSize: 65536, name: 'mine' };
  const evidence = await readEvidence(path, said, terminal(CONFIG));
  expect(evidence).toMatchObject({ name: 'mine', release: '6.6.1', pageSize: 65536 });
  expect(evidence.parts.get('config')).toMatchObject({ path: '-' });
});

test('no PATH at all, only loose files', async () => {
  const path = folder({ 'config-6.1.0-50-arm64.gz': gzipSync(CONFIG) });
  const said: Said = { files: new Map([['config', join(path, 'config-6.1.0-50-arm64.gz')]]) };
  expect(await readEvidence(null, said, terminal())).toMatchObject({ release: '6.1.0-50-arm64', pageSize: null });
});

test.each<[string, Record<string, string | Uint8Array>, RegExp]>([
  [
    'a truncated gzip',
    { 'config.gz': gzipSync(CONFIG.repeat(100)).subarray(0, 40) },
    /config\.gz: expected a whole gzip stream/,
  ],
  [
    'a gzip bomb',
    { 'config.gz': gzipSync(Buffer.alloc(17 * 2 ** 20)) },
    /config\.gz: expected at most 16777216 bytes unpacked/,
  ],
  [
    'a config of 17 MiB',
    { config: Buffer.alloc(17 * 2 ** 20, 'x') },
    /config: expected at most 16777216 bytes, this has/,
  ],
  ['an empty directory', { 'README.md': 'hello' }, /expected at least one of config\.gz, iomem/],
  ['a host without a release', { iomem: '40000000-7fffffff : System RAM\n' }, /expected a kernel release.*--release/],
  ['a bad page size', { pagesize: '8192\n', config: CONFIG }, /pagesize: line 1: expected 4096, 16384 or 65536/],
  ['a bad host.json', { 'host.json': '{"pageSize": 5}', config: CONFIG }, /host\.json: pageSize: /],
  ['no JSON at all', { 'host.json': '{', config: CONFIG }, /host\.json: expected JSON/],
  ['a bad machine-id', { 'machine-id': 'x', config: CONFIG }, /machine-id: line 1: expected 32 hexadecimal digits/],
])('%s is refused, with the file and what was expected', async (_what, files, message) => {
  await expect(readEvidence(folder(files), nothingSaid, terminal())).rejects.toThrow(message);
});

test('a file that is nothing we know, an archive, and a path that is not there', async () => {
  const tar = Buffer.alloc(1024);
  tar.write('ustar', 257);
  const path = folder({ junk: new Uint8Array([1, 2, 3, 0, 255]), 'report.tar': tar });
  await expect(readEvidence(join(path, 'junk'), nothingSaid, terminal())).rejects.toThrow(
    /junk: line 1: expected a kernel \.config/,
  );
  await expect(readEvidence(join(path, 'report.tar'), nothingSaid, terminal())).rejects.toThrow(
    /report\.tar: .*tar archive/,
  );
  await expect(readEvidence(join(path, 'absent'), nothingSaid, terminal())).rejects.toThrow(
    /absent: there is no such file/,
  );
});
