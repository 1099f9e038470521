/** What `uname -a` prints, taken apart. */
export interface Uname {
  readonly name: string;
  /** uname -r. */
  readonly release: string;
  /** uname -v: "#1 SMP Debian 6.1.176-1 (2026-07-02)". */
  readonly build: string;
  /** "aarch64"; null where the line does not end with a machine. */
  readonly machine: string | null;
}

const LINE = /^Linux (\S+) (\S+) (#.*)$/;
/** Machine, and on some distributions processor and platform as well. */
const MACHINE =
  /((?: (?:aarch64|arm64|x86_64|i686|armv\d\w*|ppc64\w*|s390x|riscv64|unknown))+)(?: GNU\/Linux| Linux)?$/;

/** Names and builds have 64 characters each (__NEW_UTS_LEN). */
const MAX_LINE = 500;

/** Null for any other text. */
export function parseUname(text: string): Uname | null {
  const line = LINE.exec(text.slice(0, MAX_LINE).trim().split('\n', 1)[0] ?? '');
  if (line === null) return null;
  const [, name = '', release = '', rest = ''] = line;
  const machine = MACHINE.exec(rest);
  const build = machine === null ? rest : rest.slice(0, machine.index);
  return { name, release, build, machine: machine?.[1]?.trim().split(' ')[0] ?? null };
}
