import { type PartKind, partFile } from '@altmap/protocol';

/** What a member tells: a part of a report as it is, or something that a part or the host's identity is made from. */
export type Fact =
  | PartKind
  | 'host-file' // host.json
  | 'manifest' // of the agent's bundle
  | 'host-name'
  | 'machine-id'
  | 'page-size' // getconf PAGESIZE
  | 'uname' // uname -a
  | 'lsmem' // tells the size of a memory block
  | 'memory-attribute' // files of a copied sysfs, one value each
  | 'hotplug-parameter'
  | 'nd-attribute'
  | 'dax-attribute'
  | 'sections'; // a text of supportconfig, many files and commands in one

export interface FactOf {
  readonly fact: Fact;
  /** Lower for the better source of a fact. */
  readonly rank: number;
}

type Rules = readonly (readonly [Fact, RegExp])[];

/** Files, by path below the host's directory; the parts that a capture or a copied /proc has are in the protocol. */
const FILES: Rules = [
  ['host-file', /^host\.json$/],
  ['manifest', /^manifest\.json$/],
  ['page-size', /^pagesize$/],
  ['machine-id', /^(etc\/|var\/lib\/dbus\/)?machine-id$/],
  ['host-name', /^(etc\/)?hostname$/],
  // In a sosreport a link, in a copy of one a file.
  ['uname', /^uname$/],
  // Of the last boot that syslog has seen, which need not be this one.
  ['dmesg', /^var\/log\/dmesg$/],
  ['memory-attribute', /^sys\/devices\/system\/memory\/(block_size_bytes|auto_online_blocks)$/],
  ['hotplug-parameter', /^sys\/module\/memory_hotplug\/parameters\/[^/]+$/],
  ['nd-attribute', /^sys\/bus\/nd\/devices\/[^/]+\/(nfit\/)?[^/]+$/],
  ['dax-attribute', /^sys\/bus\/dax\/devices\/[^/]+\/[^/]+$/],
  // Below a region of libnvdimm, dax0.0 is a personality of the nd bus; CXL has regions as well, below decoders.
  ['nd-attribute', /^sys\/devices\/(?!.*\/decoder)(.*\/)?region\d+\/dax\d+\.\d+\/[^/]+$/],
  ['dax-attribute', /^sys\/devices\/(.*\/)?dax\d+\.\d+\/[^/]+$/],
  [
    'nd-attribute',
    /^sys\/devices\/(?!.*\/decoder)(.*\/)?((ndbus|region|nmem)\d+|(namespace|pfn|btt)\d+\.\d+)\/(nfit\/)?[^/]+$/,
  ],
  ['sections', /^(basic-environment|boot|crash|env|hardware|memory|proc|plugin-[\w.+-]+)\.txt$/],
];

/**
 * Commands. `ndctl list -vvv` has everything that -i and all letters for kinds of objects show; -u would round sizes.
 * `dmesg -T` shows the same lines as dmesg.
 */
const COMMANDS: Rules = [
  ['uname', /^uname -a$/],
  ['host-name', /^hostname$/],
  ['host-name', /^hostname -f$/],
  ['page-size', /^getconf PAGE_?SIZE$/],
  ['ndctl', /^ndctl list -vvv$/],
  ['ndctl', /^ndctl list( -[A-Za-tv-z]+)*$/],
  ['ndctl', /^ndctl list( -[A-Za-z]+)+$/],
  ['daxctl', /^daxctl list( -[A-Za-tv-z]+)+$/],
  ['daxctl', /^daxctl list( -[A-Za-z]+)*$/],
  ['dmesg', /^dmesg$/],
  ['dmesg', /^dmesg -T$/],
  ['lsmem', /^lsmem( -.*)?$/],
];

/** `sos report` and Insights write what a command printed into a file that is named after it, with "_" for blanks. */
const COMMAND_FILE = /^(?:sos|insights)_commands\/(?:[^/]+\/)?([^/]+)$/;
const BEHIND_PARTS = 100;
const BEHIND_COMMANDS = 200;

/** What a file tells by its path below the host's directory, whose components are parted by "/". */
export function factOfPath(path: string): FactOf | null {
  const part = partFile(path);
  if (part !== null) return { fact: part.kind, rank: part.rank };
  const command = COMMAND_FILE.exec(path)?.[1];
  if (command !== undefined) return factOfCommand(command.replaceAll('_', ' '));
  return rankOf(FILES, path, BEHIND_COMMANDS);
}

/** What the output of a command tells, e.g. "ndctl list -vvv", "/usr/bin/uname -a". */
export function factOfCommand(command: string): FactOf | null {
  const [program = '', ...options] = command.split(/ +/);
  const words = [program.replace(/^.*\//, ''), ...options];
  return rankOf(COMMANDS, words.join(' '), BEHIND_PARTS);
}

function rankOf(rules: Rules, text: string, offset: number): FactOf | null {
  const index = rules.findIndex(([, pattern]) => pattern.test(text));
  const rule = rules[index];
  return rule === undefined ? null : { fact: rule[0], rank: offset + index };
}
