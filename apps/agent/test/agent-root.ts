import { spawn, spawnSync } from 'node:child_process';
import {
  accessSync,
  chmodSync,
  copyFileSync,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readlinkSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { env } from 'node:process';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import type { Capture } from './capture.ts';

const AGENT = fileURLToPath(new URL('../altmap-agent', import.meta.url));

/** Whose shell and tools the agent runs with. */
export const USERLANDS = ['dash', 'bash', 'busybox'] as const;
export type Userland = (typeof USERLANDS)[number];
export type Client = 'curl' | 'wget' | 'none';

/** All that the agent may need; what a test leaves out is missing in its root. */
const TOOLS = [
  ...['awk', 'cat', 'cp', 'cut', 'date', 'dirname', 'grep', 'gzip', 'id', 'mkdir', 'mktemp', 'mv', 'od', 'rm', 'sed'],
  ...['sha256sum', 'sleep', 'sort', 'tar', 'tr', 'wc'],
];
/** What only installing and looking around needs. */
const MORE_TOOLS = ['chmod', 'chown', 'install', 'ln', 'ls', 'rmdir', 'stat', 'touch'];

const isRoot = process.getuid?.() === 0;
/** A mount namespace of its own for each run: nothing that is mounted there outlives it. */
const UNSHARE = isRoot ? ['unshare', '--mount'] : ['unshare', '--user', '--map-root-user', '--mount'];

function find(program: string): string | null {
  for (const folder of (env['PATH'] ?? '').split(':').concat('/usr/sbin', '/sbin', '/bin')) {
    const path = join(folder, program);
    try {
      accessSync(path, 1);
      return realpathSync(path);
    } catch {}
  }
  return null;
}

function outputOf(command: string, ...args: readonly string[]): string {
  return spawnSync(command, args, { encoding: 'utf8' }).stdout;
}

/** Why no root can be made here; null where one can. */
function obstacle(): string | null {
  for (const program of ['unshare', 'dash', 'bash', 'busybox', 'curl', 'wget']) {
    if (find(program) === null) return `${program} is not installed`;
  }
  const [command = '', ...args] = UNSHARE;
  const tried = spawnSync(command, [...args, 'sh', '-c', 'mount --bind / /mnt && chroot / true'], { encoding: 'utf8' });
  return tried.status === 0 ? null : `no mount namespace: ${tried.stderr.trim()}`;
}

const reason = obstacle();
/** In CI a missing program is a failure and no reason to be silent. */
export const SKIP_ROOTS = reason !== null && !env['CI'];
export const SKIP_REASON = SKIP_ROOTS ? ` (skipped: ${reason})` : '';

export interface Run {
  readonly status: number | null;
  readonly out: string;
  readonly err: string;
}

export interface RootOptions {
  readonly userland?: Userland;
  readonly client?: Client;
  /** Tools that this machine does not have. */
  readonly without?: readonly string[];
  /** Where the kernel config lies. */
  readonly configAt?: 'boot' | 'proc' | 'modules' | 'nowhere';
  readonly hostName?: string;
}

const MACHINE_ID = '0123456789abcdef0123456789abcdef';

/**
 * A machine of its own for the agent: a root folder whose /proc, /sys and /boot are a recorded host, and whose programs are
 * those that are named, of this machine. What asks the running kernel (uname, getconf, dmesg, ndctl) answers from the record.
 */
export class AgentRoot {
  readonly path: string;
  readonly machineId = MACHINE_ID;
  readonly userland: Userland;
  readonly #mounts: string[] = [];
  readonly #capture: Capture;

  constructor(capture: Capture, options: RootOptions = {}) {
    const { userland = 'dash', client = 'curl', without = [] } = options;
    this.path = mkdtempSync(join(tmpdir(), 'altmap-agent-root-'));
    chmodSync(this.path, 0o755);
    this.userland = userland;
    this.#capture = capture;
    for (const folder of ['etc/altmap', 'tmp', 'var/lib', 'tools', 'stubs', 'agent', 'proc/sys', 'dev', 'root', 'run'])
      this.#folder(folder);
    chmodSync(join(this.path, 'tmp'), 0o1777);
    this.#mounts.push('/dev');
    if (userland === 'busybox') this.#installBusybox(client, without);
    else this.#shareUsr(userland, client, without);
    this.#install(capture, options);
    copyFileSync(AGENT, join(this.path, 'agent/altmap-agent'));
  }

  remove(): void {
    rmSync(this.path, { recursive: true, force: true });
  }

  write(path: string, content: string | Uint8Array, mode = 0o644): void {
    this.#folder(dirname(path));
    writeFileSync(join(this.path, path), content);
    chmodSync(join(this.path, path), mode);
  }

  delete(path: string): void {
    rmSync(join(this.path, path), { recursive: true, force: true });
  }

  /** A program that answers instead of the machine's own. The text is a shell script. */
  stub(name: string, script: string): void {
    this.write(`stubs/${name}`, `#!/tools/sh\n${script}\n`, 0o755);
  }

  /** Waits are written to /tmp/waits, one a line, and not waited for. */
  skipWaits(): void {
    // 0.1 is how long the agent sleeps while a tool runs.
    this.stub('sleep', '[ "$1" != 0.1 ] || exec /tools/sleep 0.1\necho "$1" >>/tmp/waits');
  }

  /** Runs the agent, as root of the new root or as the user with this number. */
  agent(args: readonly string[], environment: Readonly<Record<string, string>> = {}, user = 0): Promise<Run> {
    return this.run(['/tools/sh', '/agent/altmap-agent', ...args], environment, user);
  }

  shell(script: string, environment: Readonly<Record<string, string>> = {}): Promise<Run> {
    return this.run(['/tools/sh', '-c', script], environment);
  }

  async run(command: readonly string[], environment: Readonly<Record<string, string>> = {}, user = 0): Promise<Run> {
    const mounts = this.#mounts.map((from) => `mount --rbind ${from} ${this.path}${from}`);
    const drop = user === 0 ? [] : [`--userspec=${user}:${user}`];
    const script = [...mounts, 'exec env -i "$@"'].join(' && ');
    const variables = Object.entries({ PATH: '/stubs:/tools', HOME: '/root', ...environment });
    const [unshare = '', ...args] = UNSHARE;
    args.push('sh', '-c', script, 'sh', ...variables.map(([name, value]) => `${name}=${value}`));
    const child = spawn(unshare, [...args, find('chroot') ?? '', ...drop, this.path, ...command], {
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let out = '';
    let err = '';
    child.stdout.setEncoding('latin1').on('data', (text: string) => (out += text));
    child.stderr.setEncoding('utf8').on('data', (text: string) => (err += text));
    const status = await new Promise<number | null>((resolve) => child.once('close', resolve));
    return { status, out, err };
  }

  #folder(path: string): void {
    mkdirSync(join(this.path, path), { recursive: true });
  }

  #link(path: string, target: string): void {
    this.#folder(dirname(path));
    symlinkSync(target, join(this.path, path));
  }

  /** The programs of this machine, but only those that are named are on the PATH. */
  #shareUsr(shell: 'dash' | 'bash', client: Client, without: readonly string[]): void {
    this.#folder('usr');
    this.#mounts.push('/usr');
    for (const name of ['bin', 'sbin', 'lib', 'lib32', 'lib64']) {
      if (!existsSync(`/${name}`)) continue;
      if (lstatSync(`/${name}`).isSymbolicLink()) this.#link(name, readlinkSync(`/${name}`));
      else {
        this.#folder(name);
        this.#mounts.push(`/${name}`);
      }
    }
    for (const tool of [...TOOLS, ...MORE_TOOLS, ...(client === 'none' ? [] : [client])]) {
      const path = find(tool);
      if (path !== null && !without.includes(tool)) this.#link(`tools/${tool}`, path);
    }
    this.#link('tools/sh', find(shell) ?? shell);
  }

  /** Nothing but busybox, or busybox and curl, and the libraries that they load. */
  #installBusybox(client: Client, without: readonly string[]): void {
    this.#copyProgram('busybox', 'bin/busybox');
    this.#link('bin/sh', 'busybox');
    if (client === 'curl') this.#copyProgram('curl', 'tools/curl');
    for (const tool of ['sh', ...TOOLS, ...MORE_TOOLS, ...(client === 'wget' ? ['wget'] : [])]) {
      if (!without.includes(tool)) this.#link(`tools/${tool}`, '/bin/busybox');
    }
  }

  #copyProgram(program: string, to: string): void {
    const from = find(program) ?? program;
    const libraries = outputOf('ldd', from).match(/\/\S+/g) ?? [];
    for (const [path, source] of [[to, from], ...libraries.map((library) => [library, library])]) {
      this.#folder(dirname(path ?? ''));
      copyFileSync(realpathSync(source ?? ''), join(this.path, path ?? ''));
      chmodSync(join(this.path, path ?? ''), 0o755);
    }
  }

  #install(capture: Capture, { configAt = 'boot', without = [], hostName = 'db7' }: RootOptions): void {
    const { parts, release, pageSize } = capture;
    const config = parts.get('config');
    if (config !== undefined && configAt === 'boot') this.write(`boot/config-${release}`, config);
    if (config !== undefined && configAt === 'proc') this.write('proc/config.gz', gzipSync(config));
    if (config !== undefined && configAt === 'modules') this.write(`usr/lib/modules/${release}/config`, config);
    for (const kind of ['iomem', 'cmdline', 'version', 'meminfo', 'zoneinfo'] as const) {
      const content = parts.get(kind);
      if (content !== undefined) this.write(`proc/${kind}`, content);
    }
    this.write('etc/machine-id', `${MACHINE_ID}\n`, 0o444);
    this.write('etc/os-release', 'PRETTY_NAME="Debian GNU/Linux 12 (bookworm)"\nID=debian\nVERSION_ID="12"\n');
    for (const kind of ['memory-sysfs', 'memory-hotplug'] as const) this.#attributes(parts.get(kind)?.toString() ?? '');
    for (const [kind, bus] of [['nd-sysfs', 'nd'] as const, ['dax-sysfs', 'dax'] as const]) {
      this.#bus(bus, parts.get(kind)?.toString() ?? '');
    }
    this.stub('uname', `case $1 in -r) echo '${release}' ;; -m) echo aarch64 ;; -n) echo '${hostName}' ;; esac`);
    this.stub('getconf', `echo ${pageSize}`);
    if (parts.has('dmesg')) this.#recorded('dmesg', 'dmesg', 'exec /tools/cat /record/dmesg');
    else this.stub('dmesg', 'echo "dmesg: read kernel buffer failed: Operation not permitted" >&2; exit 1');
    if (parts.has('ndctl')) {
      const old = parts.get('ndctl')?.toString().startsWith('[') === false;
      const answer = 'exec /tools/cat /record/ndctl';
      this.#recorded('ndctl', 'ndctl', `[ "$1 $2" = "list ${old ? '-RNDuv' : '-BRNDiv'}" ] || exit 129\n${answer}`);
    }
    if (parts.has('daxctl')) this.#recorded('daxctl', 'daxctl', '/tools/cat /record/daxctl >&2\nexit 129');
    for (const tool of without) this.delete(`stubs/${tool}`);
  }

  #recorded(tool: string, kind: 'dmesg' | 'ndctl' | 'daxctl', script: string): void {
    this.write(`record/${kind}`, this.#capture.parts.get(kind) ?? '');
    this.stub(tool, script);
  }

  /** Files from path:value lines; several lines of a path are the lines of its file. */
  #attributes(text: string, place = (path: string): string => path): void {
    const files = new Map<string, string>();
    for (const line of text.split('\n')) {
      const colon = line.indexOf(':', line.lastIndexOf('/', line.indexOf(':')));
      if (!line.startsWith('/') || colon < 0) continue;
      const path = line.slice(0, colon);
      files.set(path, `${files.get(path) ?? ''}${line.slice(colon + 1)}\n`);
    }
    for (const [path, content] of files) this.write(place(path), content);
  }

  /** As in sysfs: the devices of a bus are links to where they hang in the tree. */
  #bus(bus: string, text: string): void {
    const folder = `/sys/bus/${bus}/devices/`;
    this.#folder(folder);
    this.#attributes(text, (path) => path.replace(folder, `/sys/devices/platform/${bus}/`));
    const devices = new Set([...text.matchAll(new RegExp(`^${folder}([^/]+)/`, 'gm'))].map(([, device]) => device));
    for (const device of devices) this.#link(`${folder}${device}`, `../../../devices/platform/${bus}/${device}`);
  }
}
