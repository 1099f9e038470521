import fc from 'fast-check';
import { expect, it } from 'vitest';
import { sectionsOf } from './sections.ts';

const section = (type: string, title: string, body: string): string => `#==[ ${type} ]=======#\n${title}\n${body}\n\n`;
const found = (text: string): readonly (readonly [string, string, string])[] =>
  sectionsOf(text).map(({ fact, title, content }) => [fact, title, content]);

it('finds files and commands by their titles', () => {
  const text = [
    '=====\nbanner\n=====\n\n',
    section('Command', '# /usr/bin/uname -a', 'Linux h 6.1.0 #1 SMP aarch64 GNU/Linux'),
    section('Command', '# /usr/bin/uptime', 'up'),
    section('Configuration File', '# /proc/cmdline', 'root=/dev/sda'),
    section('Configuration File', '#/proc/version', 'Linux version 6.1.0'),
    section('Log File', '# /var/log/dmesg - Last 500 Lines', '[    0.0] x'),
    section('Command', '# /bin/cat /proc/iomem', '0-1 : x'),
    section('Note', '# /proc/meminfo', 'MemTotal: 1 kB'),
    section('Command', '# /usr/sbin/daxctl list -iDR', '[]'),
  ].join('');
  expect(found(text)).toEqual([
    ['uname', '/usr/bin/uname -a', 'Linux h 6.1.0 #1 SMP aarch64 GNU/Linux\n'],
    ['cmdline', '/proc/cmdline', 'root=/dev/sda\n'],
    ['version', '/proc/version', 'Linux version 6.1.0\n'],
    ['dmesg', '/var/log/dmesg', '[    0.0] x\n'],
    ['iomem', '/bin/cat /proc/iomem', '0-1 : x\n'],
    ['meminfo', '/proc/meminfo', 'MemTotal: 1 kB\n'],
    ['daxctl', '/usr/sbin/daxctl list -iDR', '[]\n'],
  ]);
});

it('leaves out what was not there, and commands that only look alike', () => {
  const text = [
    '#==[ Configuration File ]===========================#\n# /proc/iomem - File not found\n\n',
    section('Command', '# ndctl list -vvv', 'ERROR: Command not found or not executable'),
    section(
      'Configuration File',
      '# /proc/version',
      'file /proc/version: data\nERROR: Not a normal text file, excluding it.',
    ),
    section('Command', '# /bin/dmesg -T | grep taint', 'x'),
    section('Command', '# /usr/bin/uname -r', '6.1.0'),
    section('Command', '# /proc/iomem', 'a program of that name'),
    '#==[ Command ]======================================#',
  ].join('');
  expect(found(text)).toEqual([]);
  expect(found('')).toEqual([]);
  expect(found(section('Configuration File', '# /proc/cmdline', ''))).toEqual([['cmdline', '/proc/cmdline', '']]);
});

it('takes any text', () => {
  const line = fc.oneof(
    fc.constantFrom('#==[ Command ]====#', '#==[ Configuration File ]==#', '# /proc/iomem', '# /bin/uname -a', '', '#'),
    fc.string(),
  );
  fc.assert(
    fc.property(
      fc.array(line).map((lines) => lines.join('\n')),
      (text) => sectionsOf(text).length <= text.length,
    ),
  );
});

it('keeps a bound, and takes no time for 4 MB of headers or newlines', () => {
  const header = '#==[ Configuration File ]==#\n# /proc/iomem\nx\n';
  expect(sectionsOf(header.repeat(90_000))).toHaveLength(200);
  expect(sectionsOf('#==[ \n'.repeat(700_000))).toEqual([]);
  expect(sectionsOf(header + '\n'.repeat(4_000_000))).toHaveLength(1);
});
