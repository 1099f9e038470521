import type { Files } from './pack.ts';
import { type Sample, textOf } from './sample.ts';

const BANNER = `=============================================================================
                     Support Utilities - Supportconfig
=============================================================================

`;

const command = (line: string, output: string): string =>
  `#==[ Command ]======================================#\n# ${line}\n${output}\n\n`;
/** Supportconfig strips comments and empty lines from files, unless it is told to take all (-l). */
const file = (path: string, content: string, all = false): string =>
  `#==[ Configuration File ]===========================#\n# ${path}\n${all ? content : stripped(content)}\n\n`;
const missing = (path: string): string =>
  `#==[ Configuration File ]===========================#\n# ${path} - File not found\n\n`;

function stripped(content: string): string {
  return content
    .split('\n')
    .filter((line) => !/^\s*([#;]|$)/.test(line))
    .map((line) => `${line}\n`)
    .join('');
}

export interface SupportconfigOptions {
  readonly root?: string;
  /** supportutils-plugin-pmem is installed. */
  readonly pmem?: boolean;
  /** Somebody added the kernel's config: as conf_files writes it, or with -l. */
  readonly config?: 'stripped' | 'whole';
}

/** The texts that supportconfig would have written on the sample's host. */
export function supportconfigOf({ host, parts }: Sample, options: SupportconfigOptions = {}): Files {
  const { root = `scc_${host.name}_261123_1010/`, pmem = false, config } = options;
  const text = (kind: Parameters<typeof parts.get>[0]): string => textOf(parts.get(kind));
  const build = /#1 .*$/m.exec(text('version'))?.[0] ?? '#1';
  const uname = command(
    '/usr/bin/uname -a',
    `Linux ${host.name} ${host.release} ${build} aarch64 aarch64 aarch64 GNU/Linux`,
  );
  const files: Record<string, string> = {
    'basic-environment.txt': `${BANNER}${command('/usr/bin/date', 'Mon Nov 23 10:10:10 CET 2026')}${uname}${file('/etc/os-release', 'NAME="SLES"\nVERSION_ID="15.6"\nID="sles"\n')}`,
    'boot.txt': `${BANNER}${uname}${file('/proc/cmdline', text('cmdline'))}${command('/usr/bin/dmesg -T | grep taint', '[Mon Nov 23 10:00:00 2026] nothing')}${command('/usr/bin/dmesg -T', withClock(text('dmesg')))}`,
    'hardware.txt': `${BANNER}${file('/proc/cmdline', text('cmdline'))}${command('/usr/bin/lscpu', 'Architecture: aarch64')}`,
    'memory.txt': `${BANNER}${file('/proc/meminfo', text('meminfo'))}${missing('/proc/iomem')}`,
    'proc.txt': `${BANNER}${file('/proc/zoneinfo', text('zoneinfo'))}`,
    'crash.txt': `${BANNER}${command('/usr/bin/uname -r', host.release)}${file('/proc/cmdline', text('cmdline'))}`,
    'messages.txt': `${BANNER}#==[ Log File ]=====================================#\n# /var/log/messages - Last 500 Lines\nhello\n`,
  };
  if (pmem) {
    files['plugin-pmem.txt'] =
      `${BANNER}${command('/usr/bin/ndctl list -vvv', text('ndctl'))}${command('/usr/bin/daxctl list', 'ERROR: Command not found or not executable')}`;
  }
  if (config !== undefined)
    files['boot.txt'] += file(`/boot/config-${host.release}`, text('config'), config === 'whole');
  return Object.fromEntries(Object.entries(files).map(([name, content]) => [`${root}${name}`, content]));
}

/** As dmesg -T shows the lines. */
function withClock(dmesg: string): string {
  return dmesg.replace(/^\[ *\d+\.\d+\]/gm, '[Mon Nov 23 10:00:00 2026]');
}
