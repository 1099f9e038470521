import { PART_KINDS, type PartKind } from '@altmap/protocol';
import { type Command, InvalidArgumentError, Option } from 'commander';
import type { Said } from './read-evidence.ts';

const MEANING: Readonly<Record<PartKind, string>> = {
  config: 'kernel .config',
  iomem: '/proc/iomem, read as root',
  cmdline: '/proc/cmdline',
  version: '/proc/version',
  meminfo: '/proc/meminfo',
  zoneinfo: '/proc/zoneinfo',
  'memory-sysfs': 'path:value lines of /sys/devices/system/memory',
  'memory-hotplug': 'path:value lines of /sys/module/memory_hotplug/parameters',
  'nd-sysfs': 'path:value lines of /sys/bus/nd/devices',
  'dax-sysfs': 'path:value lines of /sys/bus/dax/devices',
  ndctl: 'JSON of ndctl list -BRNDiv',
  daxctl: 'JSON of daxctl list',
  dmesg: 'kernel log',
  'os-release': '/etc/os-release',
};

export interface EvidenceOptions extends Readonly<Partial<Record<string, unknown>>> {
  readonly name?: string;
  readonly release?: string;
  readonly pageSize?: 4096 | 16384 | 65536;
}

/** Adds the options that say where a host's evidence is. */
export function addEvidenceOptions(command: Command): Command {
  command
    .option('--name <name>', 'name of the host, instead of the name of its directory')
    .option('--release <release>', 'kernel release (uname -r), where no file says it')
    .addOption(new Option('--page-size <size>', '4K, 16K or 64K, where no file says it').argParser(parsePageSize));
  command.optionsGroup('Loose files (plain, gzip or zstd; - is standard input):');
  for (const kind of PART_KINDS) command.option(`${flagOf(kind)} <file>`, MEANING[kind]);
  command.optionsGroup('Options:');
  return command;
}

/** --version is taken: it tells the version of altmap. */
function flagOf(kind: PartKind): string {
  return kind === 'version' ? '--proc-version' : `--${kind}`;
}

export function parsePageSize(text: string): 4096 | 16384 | 65536 {
  const sizes = { '4K': 4096, '16K': 16384, '64K': 65536 } as const;
  const bytes = Object.entries(sizes).find(([name, size]) => text.toUpperCase() === name || text === String(size))?.[1];
  if (bytes === undefined) throw new InvalidArgumentError('Expected 4K, 16K or 64K.');
  return bytes;
}

export function saidBy(options: EvidenceOptions): Said {
  const files = new Map<PartKind, string>();
  for (const kind of PART_KINDS) {
    const file = options[new Option(flagOf(kind)).attributeName()];
    if (typeof file === 'string') files.set(kind, file);
  }
  return { name: options.name, release: options.release, pageSize: options.pageSize, files };
}
