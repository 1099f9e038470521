import { createHash } from 'node:crypto';
import { type HostFacts, readHost } from '@altmap/kernel-data';
import type { PartKind } from '@altmap/protocol';
import { describe, expect, it } from 'vitest';
import { type ArchiveReport, readArchive } from '../src/index.ts';
import { AVAILABLE_PACKINGS, type Files, packed, streamOf, tarOf } from './pack.ts';
import { readSample, SAMPLE_NAMES, type Sample, textOf } from './sample.ts';
import { type Era, sosreportOf } from './sosreport.ts';
import { supportconfigOf } from './supportconfig.ts';

const read = async (files: Files): Promise<ArchiveReport> => readArchive(streamOf(await tarOf(files)));

/** Everything that readHost makes of them, in a form that can be compared: a config is an index over its text. */
function facts(parts: ReadonlyMap<PartKind, Uint8Array>, host: { release: string | null; pageSize: number | null }) {
  const { config, ...others }: HostFacts = readHost(parts, {
    ...(host.release === null ? {} : { release: host.release }),
    ...(host.pageSize === null ? {} : { pageSize: host.pageSize }),
  });
  return { ...others, config: config === null ? null : [...config.symbols()] };
}

function digests(parts: ReadonlyMap<PartKind, Uint8Array>): Readonly<Record<string, string>> {
  const digest = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');
  return Object.fromEntries([...parts].map(([kind, bytes]) => [kind, digest(bytes)]));
}

function only(sample: Sample, kinds: readonly PartKind[]): ReadonlyMap<PartKind, Uint8Array> {
  return new Map([...sample.parts].filter(([kind]) => kinds.includes(kind)));
}

/** Without what names its source: the same fact from another witness. */
function joined({ diagnostics: _, pageSizeWitnesses: __, upstreamRelease, ...others }: ReturnType<typeof facts>) {
  return { ...others, upstreamRelease: upstreamRelease?.release ?? null };
}

describe.each(SAMPLE_NAMES)('%s', (name) => {
  const sample = readSample(name);

  it.each(['', './', `${name}/`, `/tmp/some where/${name}/`])('as a capture in "%s"', async (root) => {
    const files = Object.fromEntries(Object.entries(sample.files).map(([file, bytes]) => [`${root}${file}`, bytes]));
    const report = await read(files);
    expect(report.kind).toBe('bundle');
    const { machine, collectedAt, ...host } = report.host;
    expect(host).toEqual(sample.host);
    expect([machine?.length, collectedAt]).toEqual([64, null]);
    expect(digests(report.parts)).toEqual(digests(sample.parts));
    expect(report.diagnostics).toEqual([]);
  });

  it('as a sosreport of 4.7: the same facts as from the parts that sos collects', async () => {
    const report = await read(sosreportOf(sample, 'sos 4.7'));
    expect(report.kind).toBe('sosreport');
    expect(report.host).toMatchObject({ ...sample.host, labels: {}, pageSize: null });
    const collected: PartKind[] = [
      ...(['config', 'iomem', 'cmdline', 'version', 'meminfo', 'zoneinfo'] as const),
      ...(['memory-sysfs', 'memory-hotplug', 'ndctl', 'dmesg'] as const),
    ];
    const host = { release: sample.host.release, pageSize: null };
    const expected = joined(facts(only(sample, collected), host));
    // lsmem does not tell what happens to added memory.
    const memoryParameters = { ...expected.memoryParameters, autoOnlineBlocks: null };
    expect(joined(facts(report.parts, report.host))).toEqual({ ...expected, memoryParameters });
    expect(report.parts.get('config')).toEqual(new Uint8Array(sample.parts.get('config') ?? []));
  });

  it('as a supportconfig with the pmem plugin: the same facts as from the parts that it collects', async () => {
    const report = await read(supportconfigOf(sample, { pmem: true }));
    expect(report.kind).toBe('supportconfig');
    expect(report.host).toMatchObject({ name, release: sample.host.release, machineId: null });
    const collected: PartKind[] = ['cmdline', 'version', 'meminfo', 'zoneinfo', 'ndctl', 'dmesg'];
    const host = { release: sample.host.release, pageSize: null };
    const { osRelease, kernelEvents, ...others } = joined(facts(report.parts, report.host));
    const expected = joined(facts(only(sample, collected), host));
    expect({ ...others, osRelease: null, kernelEvents: kernelEvents.map(withoutLine) }).toEqual({
      ...expected,
      kernelEvents: expected.kernelEvents.map(withoutLine),
    });
    expect(osRelease?.id).toBe('sles');
  });

  it('as copied /proc, /sys and /boot', async () => {
    const report = await read(treeOf(sample, 'host/'));
    expect(report.kind).toBe('tree');
    const { daxctl: _, ...kinds } = Object.fromEntries(sample.parts);
    expect(Object.fromEntries(report.sources)).toMatchObject({ config: `host/boot/config-${sample.host.release}` });
    const expected = facts(new Map(Object.entries(kinds) as [PartKind, Uint8Array][]), {
      ...sample.host,
      pageSize: null,
    });
    expect(joined(facts(report.parts, report.host))).toEqual(joined(expected));
  });
});

const withoutLine = ({ line: _, ...event }: { readonly line: number }): object => event;

/** Each line of a part of sysfs becomes a file. */
function treeOf({ host, parts }: Sample, root: string): Files {
  const files: Record<string, string> = {};
  for (const [kind, bytes] of parts) {
    if (/-sysfs$|^memory-hotplug$/.test(kind)) {
      for (const line of textOf(bytes).trim().split('\n')) {
        const [, path = '', value = ''] = /^\/([^:]+):(.*)$/.exec(line) ?? [];
        files[path] = `${files[path] ?? ''}${value}\n`;
      }
    } else if (kind === 'config') {
      files[`boot/config-${host.release}`] = textOf(bytes);
      files['boot/config-4.4.0-old'] = 'CONFIG_OLD=y\n';
    } else if (kind === 'ndctl') files['ndctl.json'] = textOf(bytes);
    else if (kind === 'dmesg') files['dmesg.txt'] = textOf(bytes);
    else files[`proc/${kind}`] = textOf(bytes);
  }
  return Object.fromEntries(Object.entries(files).map(([path, content]) => [`${root}${path}`, content]));
}

it.each(AVAILABLE_PACKINGS)('the same report, %s', async (packing) => {
  const sample = readSample('db-64k-01');
  const tar = await tarOf(sosreportOf(sample, 'sos 4.7'));
  const report = await readArchive(streamOf(packed(tar, packing)));
  expect(report).toEqual(await readArchive(streamOf(tar, 1000)));
  expect(report.parts.size).toBe(10);
});

describe('sosreports of every era', () => {
  const sample = readSample('edge-4k-01');

  it.each<[Era, readonly PartKind[]]>([
    ['sos 3.2', ['iomem', 'cmdline', 'version', 'meminfo', 'zoneinfo', 'memory-hotplug', 'dmesg']],
    ['sos 3.9', ['iomem', 'cmdline', 'version', 'meminfo', 'zoneinfo', 'memory-sysfs', 'memory-hotplug', 'dmesg']],
    [
      'sos 4.0',
      ['iomem', 'cmdline', 'version', 'meminfo', 'zoneinfo', 'memory-sysfs', 'memory-hotplug', 'ndctl', 'dmesg'],
    ],
    ['insights', ['iomem', 'cmdline', 'version', 'meminfo', 'zoneinfo', 'memory-hotplug', 'ndctl']],
  ])('%s', async (era, kinds) => {
    for (const root of ['', 'sosreport-edge-4k-01-1234-2026-11-23-xyzabcd-obfuscated/', 'insights-x-20261123/data/']) {
      const report = await read(sosreportOf(sample, era, root));
      expect(report.kind).toBe('sosreport');
      expect([...report.parts.keys()]).toEqual(kinds);
      expect(report.host).toMatchObject({ name: 'edge-4k-01', release: sample.host.release });
      const reasons = new Map(report.absent.map(({ kind, reason }) => [kind, reason]));
      expect(reasons.get('config')).toMatch(/since 4\.7\.1/);
      expect(report.absent.length + report.parts.size).toBe(14);
      for (const kind of ['iomem', 'cmdline', 'meminfo', 'zoneinfo'] as const)
        expect(report.parts.get(kind)).toEqual(new Uint8Array(sample.parts.get(kind) ?? []));
    }
  });

  it('tells the stable release that Debian hides, from uname alone', async () => {
    const { parts, host } = await read(sosreportOf(readSample('old-4k-01'), 'sos 4.0'));
    expect(facts(parts, host).upstreamRelease?.release.raw).toBe('6.1.176');
  });

  it('takes the config of the kernel that runs, of several', async () => {
    const others = Object.fromEntries(
      ['6.12.99+deb12-arm64', '6.12.117+deb12-arm64-16k', '6.1.0-1-arm64'].map((release) => [
        `s/boot/config-${release}`,
        'CONFIG_OTHER=y\n',
      ]),
    );
    const report = await read({ ...others, ...sosreportOf(sample, 'sos 4.7', 's/') });
    expect(report.sources.get('config')).toBe('s/boot/config-6.12.117+deb12-arm64');
    const without = await read({ ...others, ...sosreportOf(sample, 'sos 4.0', 's/') });
    expect(without.parts.has('config')).toBe(false);
    expect(without.diagnostics).toContainEqual(
      expect.objectContaining({
        severity: 'error',
        expected: expect.stringContaining('6.12.117+deb12-arm64, which runs'),
      }),
    );
  });

  it('finds what the links at the top point to, and follows none of them', async () => {
    const links = ['uname', 'hostname', 'dmesg', 'proc/iomem'].map((name) => ({
      name: `s/${name}`,
      type: 'symlink' as const,
      linkname: `sos_commands/kernel/${name}`,
    }));
    const files = Object.entries(sosreportOf(sample, 'sos 4.7', 's/')).map(([name, content]) => ({ name, content }));
    const without = files.filter(({ name }) => name !== 's/proc/iomem');
    const report = await readArchive(streamOf(await tarOf([...links, ...without])));
    expect(report.host).toMatchObject({ name: 'edge-4k-01', release: sample.host.release });
    expect(report.sources.get('dmesg')).toBe('s/sos_commands/kernel/dmesg');
    expect(report.absent).toContainEqual({ kind: 'iomem', reason: 's/proc/iomem: a link, which is not followed' });
  });

  it('of another architecture', async () => {
    const files = { ...sosreportOf(sample, 'sos 4.0', 's/') };
    const uname = 'Linux edge-4k-01 6.12.117+deb12-amd64 #1 SMP Debian 6.12.117-1 (2026-07-02) x86_64 GNU/Linux\n';
    const report = await read({ ...files, 's/sos_commands/kernel/uname_-a': uname });
    expect(report.diagnostics).toContainEqual(
      expect.objectContaining({ message: 'the machine is x86_64', severity: 'error' }),
    );
  });

  it('whose sources differ about the release: none is believed', async () => {
    const files = { ...sosreportOf(sample, 'sos 4.7', 's/'), 's/proc/version': 'Linux version 5.10.0 (a@b) #1 SMP\n' };
    const report = await read(files);
    expect(report.host.release).toBeNull();
    expect(report.parts.has('config')).toBe(false);
    expect(report.diagnostics.map(({ message }) => message).join()).toMatch(
      /differ about the release: .* 5\.10\.0 \(version\)/,
    );
  });
});

describe('supportconfigs', () => {
  const sample = readSample('db-64k-01');

  it('without the plugin: what is absent, and why', async () => {
    const report = await read(supportconfigOf(sample, { root: 'nts_db_170101_0900/' }));
    expect([...report.parts.keys()]).toEqual(['cmdline', 'version', 'meminfo', 'zoneinfo', 'dmesg', 'os-release']);
    expect(report.sources.get('cmdline')).toBe('nts_db_170101_0900/boot.txt: /proc/cmdline');
    const reasons = new Map(report.absent.map(({ kind, reason }) => [kind, reason]));
    expect(reasons.get('iomem')).toMatch(/supportconfig does not collect it/);
    expect(reasons.get('ndctl')).toMatch(/supportutils-plugin-pmem/);
  });

  it('a config without its comment lines is marked, and absent symbols stay unknown', async () => {
    const report = await read(supportconfigOf(sample, { config: 'stripped' }));
    expect(report.diagnostics).toContainEqual(
      expect.objectContaining({ severity: 'warning', message: expect.stringContaining('stripped') }),
    );
    const { config } = readHost(report.parts);
    expect(config?.complete).toBe(false);
    expect(config?.get('ZONE_DEVICE')).toEqual({ type: 'y' });
  });

  it('a config that was taken with all lines is whole', async () => {
    const report = await read(supportconfigOf(sample, { config: 'whole' }));
    expect(textOf(report.parts.get('config'))).toBe(textOf(sample.parts.get('config')));
    expect(report.diagnostics.map(({ message }) => message).join()).not.toMatch(/stripped/);
  });

  it('whose texts contradict each other: nothing is taken', async () => {
    const files = supportconfigOf(sample, { root: '' });
    const hardware = String(files['hardware.txt']).replace(/BOOT_IMAGE|console/, 'rodata=full other');
    const report = await read({ ...files, 'hardware.txt': hardware });
    expect(report.parts.has('cmdline')).toBe(false);
    expect(report.diagnostics).toContainEqual(
      expect.objectContaining({ source: 'boot.txt: /proc/cmdline', severity: 'error' }),
    );
  });
});
