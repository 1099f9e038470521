import type { Files } from './pack.ts';
import { type Sample, textOf } from './sample.ts';

/** Eras of sos: what each collects, and under which names (corpus/report-layouts.md). */
export type Era = 'sos 3.2' | 'sos 3.9' | 'sos 4.0' | 'sos 4.7' | 'insights';

const LSMEM = 'lsmem_-a_-o_RANGE_SIZE_STATE_REMOVABLE_ZONES_NODE_BLOCK';

/** The members that sos would have collected on the sample's host. */
export function sosreportOf(
  sample: Sample,
  era: Era,
  root = `sosreport-${sample.host.name}-2026-11-23-abcdefg/`,
): Files {
  const { host, parts } = sample;
  const text = (kind: Parameters<typeof parts.get>[0]): string => textOf(parts.get(kind));
  const build = /#1 .*$/m.exec(text('version'))?.[0] ?? '#1';
  const common: Record<string, string> = {
    'etc/machine-id': `${host.machineId}\n`,
    'proc/cmdline': text('cmdline'),
    'proc/iomem': text('iomem'),
    'proc/meminfo': text('meminfo'),
    'proc/zoneinfo': text('zoneinfo'),
    'sos_commands/kernel/uname_-a': `Linux ${host.name} ${host.release} ${build} aarch64 aarch64 aarch64 GNU/Linux\n`,
    'sos_commands/kernel/lsmod': 'Module Size Used by\n',
    'sys/module/nd_pmem/version': '1\n',
    'etc/selinux/config': 'SELINUX=enforcing\n',
    'version.txt': 'sosreport: 1\n',
  };
  for (const line of text('memory-hotplug').trim().split('\n')) {
    const [path = '', value = ''] = line.split(':');
    common[path.slice(1)] = `${value}\n`;
  }
  const dmesg = { 'sos_commands/kernel/dmesg': text('dmesg') };
  const pmem = {
    'sos_commands/pmem/ndctl_list_-vvv': text('ndctl'),
    'sos_commands/pmem/ndctl_list_-iBDFHMNRX': text('ndctl'),
    'sos_commands/pmem/ndctl_--version': '78\n',
    'sos_commands/pmem/ndctl_read-labels_-j_all': '[]\n',
  };
  const memory = { [`sos_commands/memory/${LSMEM}`]: lsmemOf(text('memory-sysfs')) };
  const byEra: Readonly<Record<Era, Readonly<Record<string, string>>>> = {
    'sos 3.2': { ...dmesg, 'sos_commands/general/hostname': `${host.name}\n` },
    'sos 3.9': { ...dmesg, ...memory, 'sos_commands/host/hostname': `${host.name}\n` },
    'sos 4.0': { ...dmesg, ...memory, ...pmem, 'sos_commands/host/hostname': `${host.name}\n` },
    'sos 4.7': {
      ...dmesg,
      ...memory,
      ...pmem,
      'sos_commands/host/hostname': `${host.name}\n`,
      [`boot/config-${host.release}`]: text('config'),
    },
    insights: { 'insights_commands/ndctl_list_-Ni': text('ndctl'), 'insights_commands/hostname': `${host.name}\n` },
  };
  const all = { ...common, ...byEra[era] };
  return Object.fromEntries(Object.entries(all).map(([path, content]) => [`${root}${path}`, content]));
}

function lsmemOf(memorySysfs: string): string {
  const bytes = Number.parseInt(/block_size_bytes:([0-9a-f]+)/.exec(memorySysfs)?.[1] ?? '', 16);
  const size = bytes >= 2 ** 30 ? `${bytes / 2 ** 30}G` : `${bytes / 2 ** 20}M`;
  return `RANGE                                  SIZE  STATE REMOVABLE  ZONES NODE BLOCK
0x0000000040000000-0x000000007fffffff     1G online       yes Normal    0   8-15

Memory block size:       ${size}
Total online memory:       1G
Total offline memory:      0B
`;
}
