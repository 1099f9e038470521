import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type HostFacts, readHost } from '@altmap/kernel-data';
import { HostFile, type PartKind, sha256Hex } from '@altmap/protocol';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { SKIP_REASON, SKIP_ROOTS, USERLANDS } from './agent-root.ts';
import { AltmapProgram } from './altmap-program.ts';
import { type Bundle, Bundles } from './bundle.ts';
import { type Capture, readCapture, readCaptures, RECORDINGS, SAMPLES } from './capture.ts';

/** Without what the agent leaves out on purpose: free pages, and where in the log a line stood. */
function comparable(facts: HostFacts): unknown {
  const withoutLines = (key: string, value: unknown): unknown => {
    if (key === 'line' || key === 'osRelease') return undefined;
    if (key === 'config') return [...(facts.config?.symbols() ?? [])];
    return typeof value === 'string' ? value.replace(/dmesg line \d+/g, 'dmesg line N') : value;
  };
  const zones = facts.zones.map((zone) => ({ ...zone, free: null }));
  return JSON.parse(JSON.stringify({ ...facts, zones }, withoutLines));
}

const factsOf = (parts: ReadonlyMap<PartKind, Uint8Array>, { release, pageSize }: Capture): unknown =>
  comparable(readHost(parts, { release, pageSize }));

const recordings = existsSync(RECORDINGS) ? readCaptures(RECORDINGS) : [];
const isWithoutRecordings = recordings.length === 0 && !process.env['CI'];

describe.skipIf(SKIP_ROOTS)(`what the agent collects${SKIP_REASON}`, { timeout: 120_000 }, () => {
  const bundles = new Bundles();
  let altmap: AltmapProgram;
  beforeAll(async () => {
    altmap = await AltmapProgram.build();
  }, 60_000);
  afterAll(() => {
    altmap.remove();
    bundles.remove();
  });

  it('gives altmap check the verdicts and findings of the whole recording, for every sample host', async () => {
    const samples = readCaptures(SAMPLES);
    const made = await bundles.ofAll(samples, (i) => ({ userland: USERLANDS[i % 3] ?? 'dash' }));
    for (const [i, capture] of samples.entries()) {
      expect(factsOf(made[i]?.parts ?? new Map(), capture), capture.name).toEqual(factsOf(capture.parts, capture));
    }
    const recorded = await altmap.check(samples.map(({ folder }) => folder));
    const collected = await altmap.check(made.map(({ folder }) => folder));
    expect(recorded).toHaveLength(samples.length);
    for (const [i, { ranges, verdicts, findings, release }] of recorded.entries()) {
      expect(collected[i]).toMatchObject({ ranges, verdicts, findings, release });
    }
  });

  it.skipIf(isWithoutRecordings)(
    `says to the parsers what the recorded hosts said${isWithoutRecordings ? ` (skipped: there is no ${RECORDINGS})` : ''}`,
    async () => {
      expect(recordings.length).toBeGreaterThan(10);
      const made = await bundles.ofAll(recordings);
      for (const [i, capture] of recordings.entries()) {
        const parts = made[i]?.parts ?? new Map<PartKind, Buffer>();
        // daxctl of these recordings only said how it is used, and an empty text is not sent.
        const told = new Map(
          [...capture.parts].filter(([kind, content]) => kind !== 'daxctl' && content.toString().trim() !== ''),
        );
        expect([...parts.keys()].sort(), capture.name).toEqual([...told.keys(), 'os-release'].sort());
        expect(factsOf(parts, capture), capture.name).toEqual(factsOf(told, capture));
      }
    },
    240_000,
  );

  it('writes a bundle in its documented form', async () => {
    const capture = readCapture(join(SAMPLES, 'edge-4k-01'));
    const { folder, members, manifest, parts } = await bundles.of(capture, {
      args: ['--label', 'rack=12', '--name', 'mine'],
    });
    expect(members.slice(0, 2)).toEqual(['altmap-bundle/manifest.json', 'altmap-bundle/host.json']);
    expect(members.every((name) => /^altmap-bundle\/[a-z.-]+$/.test(name))).toBe(true);
    expect(members.length).toBe(manifest.parts.length + 2);
    expect(HostFile.parse(JSON.parse(readFileSync(join(folder, 'host.json'), 'utf8')))).toEqual({
      name: 'mine',
      labels: { rack: '12' },
      release: capture.release,
      pageSize: 4096,
    });
    for (const { kind, sha256, bytes } of manifest.parts) {
      const content = parts.get(kind) ?? Buffer.alloc(0);
      expect([kind, content.length, await sha256Hex(new Uint8Array(content))]).toEqual([kind, bytes, sha256]);
    }
    expect(manifest).toMatchObject({ release: capture.release, pageSize: 4096 });
    // The machine-id itself is nowhere.
    expect(readFileSync(join(folder, 'manifest.json'), 'utf8')).toContain(
      await sha256Hex(Buffer.from('0123456789abcdef'.repeat(2))),
    );
    for (const name of readdirSync(folder)) {
      expect(readFileSync(join(folder, name)).includes('0123456789abcdef0123456789abcdef'), name).toBe(false);
    }
  });

  it('says the same of an unchanged host: no second, no boot and no free page is in what it sends', async () => {
    const capture = readCapture(join(SAMPLES, 'edge-4k-04'));
    const later = (text: string): string =>
      text
        .replace(/^(MemFree|MemAvailable|Cached|Active): +\d+/gm, '$1: 1')
        .replace(/^( +nr_free_pages|  pages free +|.*nr_\w+) \d+/gm, '$1 7')
        .replace(/^\[ *\d+\.\d+\]/gm, '[12345.678901]')
        .replace(/uevent:(MAJOR|MINOR)=\d+/g, 'uevent:$1=250')
        .concat('[12399.000000] audit: type=1400 comm="dax"\n'.repeat(text.startsWith('[') ? 3 : 0));
    const parts = new Map(
      [...capture.parts].map(([kind, content]) => [
        kind,
        kind === 'config' ? content : Buffer.from(later(content.toString())),
      ]),
    );
    const digests = ({ manifest }: Bundle) => [manifest.parts, manifest.absent];
    const first = await bundles.of(capture);
    // An empty line of JSON is what is appended to others.
    const ndctl = capture.parts.get('ndctl');
    if (ndctl !== undefined) parts.set('ndctl', ndctl);
    const second = await bundles.of({ ...capture, parts }, { userland: 'busybox' });
    expect(digests(second)).toEqual(digests(first));
    expect(first.parts.get('dmesg')?.toString()).not.toContain('audit');
  });

  it('names each part that is absent, with its reason', async () => {
    const capture = readCapture(join(SAMPLES, 'db-64k-03'));
    const bare: Capture = { ...capture, parts: new Map([...capture.parts].filter(([kind]) => kind === 'version')) };
    const { manifest } = await bundles.of(bare, {
      without: ['dmesg', 'getconf'],
      args: ['--skip', 'os-release'],
      prepare: (root) => root.delete('sys'),
    });
    expect(manifest.parts.map(({ kind }) => kind)).toEqual(['version']);
    expect(manifest.pageSize).toBeNull();
    const release = '6.1.192';
    expect(Object.fromEntries(manifest.absent.map(({ kind, reason }) => [kind, reason]))).toEqual({
      config: `not on this host: /proc/config.gz /boot/config-${release} /lib/modules/${release}/config /usr/lib/modules/${release}/config`,
      iomem: 'not on this host: /proc/iomem',
      cmdline: 'not on this host: /proc/cmdline',
      meminfo: 'not on this host: /proc/meminfo',
      zoneinfo: 'not on this host: /proc/zoneinfo',
      'memory-sysfs': 'not on this host: /sys/devices/system/memory',
      'memory-hotplug': 'not on this host: /sys/module/memory_hotplug/parameters',
      'nd-sysfs': 'not on this host: /sys/bus/nd/devices',
      'dax-sysfs': 'not on this host: /sys/bus/dax/devices',
      ndctl: 'ndctl is not installed',
      daxctl: 'daxctl is not installed',
      dmesg: 'dmesg and journalctl show no line about memory: missing, or not permitted',
      'os-release': 'left out by the settings of this host',
    });
  });

  it('takes the page size from smaps where there is no getconf, and the next config where one is broken', async () => {
    const capture = readCapture(join(SAMPLES, 'db-64k-03'));
    const { manifest, parts } = await bundles.of(capture, {
      without: ['getconf'],
      userland: 'busybox',
      prepare: (root) => {
        root.write(
          'proc/self/smaps',
          'aaaac4bf0000-aaaac4c10000 r-xp 0 08:02 1 /bin/awk\nSize: 128 kB\nKernelPageSize:       64 kB\n',
        );
        root.write('proc/config.gz', 'no gzip');
      },
    });
    expect(manifest.pageSize).toBe(65536);
    expect(parts.get('config')?.equals(capture.parts.get('config') ?? Buffer.alloc(0))).toBe(true);
  });

  it('asks the journal where the ring buffer has lost the boot', async () => {
    const capture = readCapture(join(SAMPLES, 'edge-4k-04'));
    const whole =
      capture.parts
        .get('dmesg')
        ?.toString()
        .replace(/^\[ *[\d.]+\] ?/gm, '') ?? '';
    const { parts } = await bundles.of(capture, {
      prepare: (root) => {
        root.stub('dmesg', 'echo "[99999.1] nd_pmem namespace9.0: probe with driver nd_pmem failed with error -95"');
        root.write('record/journal', whole);
        root.stub(
          'journalctl',
          '[ "$*" = "--dmesg --boot --output=cat --no-pager" ] && exec /tools/cat /record/journal',
        );
      },
    });
    expect(factsOf(parts, capture)).toEqual(factsOf(capture.parts, capture));
  });

  it('leaves a tool that does not end behind', async () => {
    const capture = readCapture(join(SAMPLES, 'edge-4k-01'));
    for (const userland of ['dash', 'busybox'] as const) {
      const { manifest } = await bundles.of(capture, {
        userland,
        prepare: (root) => {
          // An hour passes as soon as it runs.
          root.stub('ndctl', 'echo 3600 >/tmp/later\nexec /tools/sleep 600');
          root.stub(
            'date',
            '[ "$1" = +%s ] || exec /tools/date "$@"\necho $(($(/tools/cat /tmp/later 2>/dev/null || echo 0) + 1000))',
          );
        },
      });
      expect(manifest.absent).toContainEqual({
        kind: 'ndctl',
        reason: 'ndctl list did not end within 30 s: a driver may hang',
      });
      expect(manifest.parts.map(({ kind }) => kind)).toContain('nd-sysfs');
    }
  });
});
