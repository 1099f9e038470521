import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { readHost } from '@altmap/kernel-data';
import { HostFile } from '@altmap/protocol';
import { afterAll, describe, expect, it } from 'vitest';
import { AgentRoot, SKIP_REASON, SKIP_ROOTS, USERLANDS } from './agent-root.ts';
import { Bundles } from './bundle.ts';
import { type Capture, readCapture, SAMPLES } from './capture.ts';

const ROOT_UUID = '6f2f1d3c-9B0a-4c5d-8e7f-001122334455';
const LABELS_UUID = '9f5312da-2ffa-4184-948f-43ad3a4dfd6b';

/** A host whose texts are full of its name, of serial numbers and of UUIDs. */
function talkative(hostName: string): Capture {
  const capture = readCapture(join(SAMPLES, 'nfit-4k-01'));
  const parts = new Map(capture.parts);
  const cmdline =
    `BOOT_IMAGE=/boot/vmlinuz-6.12.117+deb12-arm64 root=/dev/mapper/${hostName}--vg-root rd.lvm.lv=${hostName}/swap ` +
    `ip=10.0.0.7::10.0.0.1:255.0.0.0:${hostName}:eth0 resume=UUID=${ROOT_UUID} androidboot.serialno=SN4711 rodata=on nokaslr quiet`;
  parts.set('cmdline', Buffer.from(`${cmdline}\n`));
  parts.set(
    'version',
    Buffer.from(`Linux version ${capture.release} (root@${hostName}) (gcc 12.2.0) #1 SMP 2026-11-22\n`),
  );
  const log = [
    `[    0.000000] Linux version ${capture.release} (root@${hostName}) (gcc 12.2.0) #1 SMP 2026-11-22`,
    `[    0.000000] Kernel command line: ${cmdline}`,
    `[   11.000000] nd_pmem namespace0.0: uuid ${ROOT_UUID.toLowerCase()} of ${LABELS_UUID}`,
  ];
  parts.set('dmesg', Buffer.from(`${log.join('\n')}\n`));
  const ndctl = parts.get('ndctl')?.toString() ?? '';
  parts.set('ndctl', Buffer.from(ndctl.replace('"numa_node":0', '"iset_id":4563402817360, "numa_node":0')));
  return { ...capture, parts };
}

describe.skipIf(SKIP_ROOTS)(`--redact${SKIP_REASON}`, { timeout: 120_000 }, () => {
  const bundles = new Bundles();
  afterAll(() => bundles.remove());

  it.each(USERLANDS)(
    'hides the host name, serial numbers and UUIDs, and nothing that matters (%s)',
    async (userland) => {
      const capture = talkative('zurich7');
      const plain = await bundles.of(capture, { userland, hostName: 'zurich7' });
      const redacted = await bundles.of(capture, { userland, hostName: 'zurich7', args: ['--redact'] });
      const texts = [...redacted.parts.values()].map(String).join('\n');
      for (const secret of ['zurich7', 'SN4711', '8680-5', '4563402817360', ROOT_UUID, LABELS_UUID]) {
        expect([...plain.parts.values()].map(String).join('\n')).toContain(secret);
        expect(texts.toLowerCase()).not.toContain(secret.toLowerCase());
      }
      const host = HostFile.parse(JSON.parse(readFileSync(join(redacted.folder, 'host.json'), 'utf8')));
      expect(host.name).toMatch(/^host-[0-9a-f]{12}$/);
      expect(redacted.parts.get('cmdline')?.toString()).toMatch(
        new RegExp(
          `^BOOT_IMAGE=/boot/vmlinuz-6\\.12\\.117\\+deb12-arm64 root=/dev/mapper/${host.name}--vg-root rd\\.lvm\\.lv=${host.name}/swap ` +
            `ip=10\\.0\\.0\\.7::10\\.0\\.0\\.1:255\\.0\\.0\\.0:${host.name}:eth0 resume=UUID=[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12} ` +
            'androidboot\\.serialno=redacted-[0-9a-f]{12} rodata=on nokaslr quiet\n$',
        ),
      );
      expect(redacted.parts.get('version')?.toString()).toContain(`(root@${host.name}) (gcc`);
      expect(redacted.manifest.machine).toBe(plain.manifest.machine);

      // The same UUID is the same everywhere, and what the parsers make of it all differs in nothing else.
      const facts = (bundle: typeof plain) => readHost(bundle.parts, capture);
      const uuids = facts(redacted).namespaces.map(({ uuid }) => uuid);
      expect(new Set(uuids).size).toBe(facts(plain).namespaces.length);
      expect(texts.split(uuids.find((uuid) => uuid !== null) ?? '?').length).toBeGreaterThan(2);
      const judged = ({ namespaces, memoryParameters, release, pageSize, diagnostics }: ReturnType<typeof facts>) => ({
        namespaces: namespaces.map((range) => ({ ...range, uuid: null })),
        release,
        pageSize,
        memoryParameters,
        diagnostics,
      });
      expect(judged(facts(redacted))).toEqual(judged(facts(plain)));
      expect(JSON.parse(redacted.parts.get('ndctl')?.toString() ?? '')).toBeTypeOf('object');

      const again = await bundles.of(capture, { userland, hostName: 'zurich7', args: ['--redact'] });
      expect(again.manifest.parts).toEqual(redacted.manifest.parts);
    },
  );

  it('gives another machine other digests, so that nobody can find a name by trying', async () => {
    const capture = talkative('zurich7');
    const one = await bundles.of(capture, { hostName: 'zurich7', args: ['--redact'] });
    const other = await bundles.of(capture, {
      hostName: 'zurich7',
      args: ['--redact'],
      prepare: (root) => root.write('etc/machine-id', `${'e'.repeat(32)}\n`),
    });
    expect(readFileSync(join(other.folder, 'host.json'), 'utf8')).not.toBe(
      readFileSync(join(one.folder, 'host.json'), 'utf8'),
    );
    expect(other.parts.get('cmdline')?.equals(one.parts.get('cmdline') ?? Buffer.alloc(0))).toBe(false);
  });

  it.each(['arm64', 'on', 'linux', '6'])(
    'a host that is called %s keeps its release and its parameters',
    async (hostName) => {
      const capture = talkative(hostName);
      const redacted = await bundles.of(capture, { hostName, args: ['--redact'] });
      const plain = await bundles.of(capture, { hostName });
      const facts = (bundle: typeof plain) => readHost(bundle.parts, capture);
      expect(facts(redacted).release).toEqual(facts(plain).release);
      expect(facts(redacted).memoryParameters).toEqual(facts(plain).memoryParameters);
      expect(facts(redacted).config?.get('ARM64')).toEqual({ type: 'y' });
      expect(redacted.parts.get('version')?.toString()).not.toContain(`root@${hostName})`);
    },
  );

  it('can be set for good in the configuration, and shows a name that was given', async () => {
    const root = new AgentRoot(talkative('zurich7'), { hostName: 'zurich7' });
    root.write('etc/altmap/agent.conf', 'ALTMAP_REDACT=yes\nALTMAP_NAME="rack 7"\n');
    const { out, status } = await root.agent(['--print']);
    root.remove();
    expect([status, out.includes('zurich7'), out.includes('"name":"rack 7"')]).toEqual([0, false, true]);
  });
});
