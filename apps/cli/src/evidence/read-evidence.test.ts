import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, expect, it } from 'vitest';
import type { HostEvidence } from './host-evidence.ts';
import { readEvidence } from './read-evidence.ts';

const samples = fileURLToPath(new URL('../../../../samples', import.meta.url));
const scratch = mkdtempSync(join(tmpdir(), 'altmap-evidence-'));
afterAll(() => rmSync(scratch, { recursive: true }));

const silent = { write: () => {}, isTty: false, columns: null };
const terminal = { env: {}, out: silent, err: silent, stdin: async () => new Uint8Array() };
const read = (path: string): Promise<HostEvidence> => readEvidence(path, { files: new Map() }, terminal);
const contents = ({ parts }: HostEvidence): [string, string][] =>
  [...parts].map(([kind, { content }]): [string, string] => [kind, Buffer.from(content).toString()]).sort();

it.each([
  ['edge.tar.xz', '--xz'],
  ['edge.tgz', '--gzip'],
])('reads a packed capture (%s) as it reads the directory', async (name, packing) => {
  execFileSync('tar', ['-C', samples, packing, '-cf', join(scratch, name), 'edge-4k-01']);
  const [packed, directory] = await Promise.all([read(join(scratch, name)), read(join(samples, 'edge-4k-01'))]);
  expect(contents(packed)).toEqual(contents(directory));
  const { release, pageSize, machineId, labels } = directory;
  expect(packed).toMatchObject({ name: 'edge-4k-01', release, pageSize, machineId, labels });
});

it('reads an unpacked sosreport', async () => {
  const root = join(scratch, 'sosreport-edge-2026-11-20-abcdefg');
  for (const folder of ['proc', 'boot', 'sos_commands/kernel', 'sos_commands/pmem'])
    mkdirSync(join(root, folder), { recursive: true });
  const sample = join(samples, 'edge-4k-01');
  for (const name of ['iomem', 'cmdline', 'meminfo']) cpSync(join(sample, name), join(root, 'proc', name));
  const release = '6.12.117+deb12-arm64';
  execFileSync('sh', ['-c', `gzip -dc ${sample}/config.gz > ${root}/boot/config-${release}`]);
  writeFileSync(
    join(root, 'sos_commands/kernel/uname_-a'),
    `Linux edge ${release} #1 SMP Debian 6.12.117-1 (2026-11-14) aarch64 GNU/Linux\n`,
  );
  cpSync(join(sample, 'ndctl-list-BRNDiv.json'), join(root, 'sos_commands/pmem/ndctl_list_-iBDFHMNRX'));
  const evidence = await read(root);
  expect(evidence.release).toBe(release);
  expect([...evidence.parts.keys()]).toEqual(
    expect.arrayContaining(['config', 'iomem', 'cmdline', 'meminfo', 'ndctl']),
  );
});

it('says of a file that is nothing known what was expected, and where', async () => {
  const file = join(scratch, 'junk.bin');
  writeFileSync(file, Buffer.alloc(4_000, 0xa5));
  await expect(read(file)).rejects.toThrow(`${file}: E_ARCHIVE_FORMAT: expected`);
});
